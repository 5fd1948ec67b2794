"""The workloads as each framework's users write them by hand: what our lowerings are held against.

One module a framework, named for it: `build(model, target, threads)` gives the call for a buffer, which does what the
timed path of an adapter does, from the same inputs, with weights of its own.
"""
