"""What turns documents and images into vectors: the protocol, its registry, data loaders, the bundled model.

Importing this package loads no model, no runtime and no vendor's library; each is loaded at its first use.
"""
