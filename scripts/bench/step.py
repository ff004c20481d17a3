"""A training step and the scoring of a batch by MediCLIP's formulas, on open_clip with random weights.

Order {"what": "step"}: frozen image encoder, adapters, prompts forward and backward, Adam, on a given batch (no synthesis).
Order {"what": "evaluate"}: the anomaly maps of a batch, including the text side, as in the published procedure.
"""

import logging
import resource

import open_clip
import torch
from torch.nn import functional as F

from side import serve, settings, torch_device, torch_finish, torch_versions

logging.disable(logging.WARNING)  # of weights that are not pretrained, which is what is asked for
s = settings()
torch.set_num_threads(s["threads"])
torch_device(s)
torch.manual_seed(1)
config = open_clip.get_model_config("ViT-L-14")
config["vision_cfg"].update(s["vision"])
config["text_cfg"].update(s["text"])
config["embed_dim"] = s["dim"]
clip = open_clip.CLIP(**config, quick_gelu=True).eval().requires_grad_(False)
size, batch, grid = clip.visual.image_size[0], s["batch"], clip.visual.grid_size[0]
wanted = [layer - 1 for layer in s["layers"]]
pixels = torch.randn(batch, 3, size, size)
mask = torch.zeros(batch, size, size)
mask[:, : size // 4] = 1

# prompts: one start, n learnable, some words, one end, padding; only their number and lengths
# matter for speed
ids = torch.tensor(s["ids"])
ends = ids.argmax(-1)
written = clip.token_embedding(ids)
n = s["contextTokens"]
context = torch.nn.Parameter(0.02 * torch.randn(len(ids), n, written.shape[-1]))
adapters = torch.nn.ModuleList(torch.nn.Linear(s["vision"]["width"], s["dim"]) for _ in wanted)
adam = torch.optim.Adam([context, *adapters.parameters()], lr=1e-3, betas=(0.5, 0.999))


def frozen():
    with torch.no_grad():
        return clip.visual.forward_intermediates(pixels, indices=wanted, intermediates_only=True, output_fmt="NLC")["image_intermediates"]


def text_features():
    x = torch.cat([written[:, :1], context, written[:, 1 + n :]], 1) + clip.positional_embedding
    x = clip.ln_final(clip.transformer(x, attn_mask=None))
    x = x[torch.arange(len(ends)), ends] @ clip.text_projection
    classes = [x[: s["normal"]].mean(0), x[s["normal"] :].mean(0)]
    return torch.stack([c / c.norm() for c in classes], 1)


def anomaly_map(tokens, text):
    maps = []
    for adapter, layer in zip(adapters, tokens):
        adapted = adapter(layer)
        adapted = adapted / adapted.norm(dim=-1, keepdim=True)
        maps.append((adapted @ text).permute(0, 2, 1).reshape(batch, 2, grid, grid))
    mean = torch.stack(maps).mean(0)
    return F.interpolate(mean, size, mode="bilinear", align_corners=True).softmax(1)


def loss(p):
    hard = F.one_hot(mask.trunc().long(), 2).permute(0, 3, 1, 2).float().clamp(1e-5, 1 - 1e-5)
    pt = (hard * p).sum(1) + 1e-5
    focal = (-((1 - pt) ** 2) * pt.log()).mean()
    abnormal = p[:, 1]
    overlap = 2 * (abnormal * mask).sum((1, 2)) + 1
    dice = 1 - (overlap / (abnormal.sum((1, 2)) + mask.sum((1, 2)) + 1)).mean()
    return focal + dice


def work(order):
    if order["what"] == "evaluate":
        with torch.no_grad():
            return {"score": anomaly_map(frozen(), text_features())[:, 1].amax().item()}
    adam.zero_grad()
    value = loss(anomaly_map(frozen(), text_features()))
    value.backward()
    adam.step()
    torch_finish()
    return {"loss": value.item(), "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


serve(work, torch_versions())
