"""LiteRT: `framework` runs models in its own environment, `convert` makes them in that of TensorFlow."""
