"""One module per framework, imported by name: each defines `open_framework(target, threads)`."""
