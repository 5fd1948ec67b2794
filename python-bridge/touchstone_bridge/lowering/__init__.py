"""The Python half of `adapters/lowering/`: reads a plan of operations, and moves weights, inputs and outputs by it."""
