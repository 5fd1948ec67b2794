"""The Python half of `adapters/lowering/`: reads a plan of layers, and moves weights, inputs and outputs by it."""
