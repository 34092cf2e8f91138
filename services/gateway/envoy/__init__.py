"""Makes Envoy's bootstrap from the protos' descriptor set: an RPC that is added needs no file here."""
