"""Reading a checkpoint into separate tensors, as PyTorch does when a model is loaded."""

from safetensors.torch import load_file

from side import serve, settings, torch_versions

s = settings()


def work(_):
    weights = {name: tensor.clone() for name, tensor in load_file(s["file"]).items()}
    return {"tensors": len(weights)}


serve(work, torch_versions())
