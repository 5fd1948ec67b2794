"""Measurements of the bridge itself: is its clock right (fidelity), does its lowering cost anything (lowering)?"""
