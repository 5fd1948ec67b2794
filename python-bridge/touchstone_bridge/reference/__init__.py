"""Expected values in float64, with which every target is compared, computed with the ONNX project's evaluator.

`python -m touchstone_bridge.reference forward|training <artefact folder>` writes `expected.safetensors` there. Needs
`onnx`, `numpy` and `safetensors`; `training` also needs PyTorch, only for automatic differentiation.
"""
