"""The image encoder of open_clip with random weights: the tokens of chosen blocks for one batch."""

import logging

import open_clip
import torch

from side import serve, settings, torch_device, torch_finish, torch_versions

logging.disable(logging.WARNING)  # it warns of weights that are not pretrained, which is what is asked for
s = settings()
torch.set_num_threads(s["threads"])
device = torch_device(s)
torch.manual_seed(1)
config = open_clip.get_model_config("ViT-L-14")
config["vision_cfg"].update(s["vision"])
config["text_cfg"].update({"layers": 1, "width": 64, "heads": 1})
config["embed_dim"] = s["dim"]
model = open_clip.CLIP(**config, quick_gelu=True).visual.eval()
size = model.image_size[0]
pixels = torch.randn(s["batch"], 3, size, size)
wanted = [layer - 1 for layer in s["layers"]]


# inference_mode instead would make autocast fifteen times slower in this version
def encode(order):
    with torch.no_grad(), torch.autocast(device, dtype=torch.bfloat16, enabled=order.get("bfloat16", False)):
        tokens = model.forward_intermediates(pixels, indices=wanted, intermediates_only=True, output_fmt="NLC")
        torch_finish()
        return {"shape": list(tokens["image_intermediates"][-1].shape)}


serve(encode, torch_versions())
