"""AUROC and average precision of scikit-learn, and AUPRO by its definition, over all pixels of a set of maps."""

import sys

import numpy as np
import scipy
import sklearn
from scipy.ndimage import label
from sklearn.metrics import average_precision_score, roc_auc_score

from side import serve, settings

s = settings()
shape = s["shape"]
maps = np.fromfile(s["maps"], np.float32).reshape(shape)
masks = np.fromfile(s["masks"], np.uint8).reshape(shape)
LIMIT = 0.3


def aupro():
    """Mean covered fraction of all 8-connected regions against the false positive rate, at every distinct value, up to LIMIT."""
    weights = np.zeros(shape)
    regions = 0
    for image, mask in enumerate(masks):
        marks, found = label(mask, np.ones((3, 3)))
        sizes = np.bincount(marks.ravel(), minlength=found + 1)
        share = np.zeros(found + 1)
        share[1:] = 1 / sizes[1:]
        weights[image] = share[marks]
        regions += found
    order = np.argsort(-maps.ravel(), kind="stable")
    values = maps.ravel()[order]
    last = np.append(np.flatnonzero(np.diff(values)), values.size - 1)
    pro = np.cumsum(weights.ravel()[order])[last] / regions
    normal = masks.ravel()[order] == 0
    fpr = np.cumsum(normal)[last] / normal.sum()
    fpr, pro = np.append(0, fpr), np.append(0, pro)
    inside = fpr <= LIMIT
    x = np.append(fpr[inside], LIMIT)
    y = np.append(pro[inside], np.interp(LIMIT, fpr, pro))
    return np.trapezoid(y, x) / LIMIT


def work(_):
    y, x = masks.ravel(), maps.ravel()
    return {"pixelAuroc": roc_auc_score(y, x), "pixelAp": average_precision_score(y, x), "pixelAupro": aupro()}


serve(work, {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "scipy": scipy.__version__})
