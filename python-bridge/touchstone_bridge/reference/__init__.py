"""What every framework is held against, in float64, computed with the ONNX project's own evaluator.

`python -m touchstone_bridge.reference forward|training <artefact folder>` writes `expected.safetensors` there. Needs
`onnx`, `numpy` and `safetensors`; `training` needs PyTorch as well, for its automatic differentiation only.
"""
