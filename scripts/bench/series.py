"""A CT series from DICOM files to the input of the image encoder, with pydicom and Pillow.

Reading: rescale slope and intercept, then the window (PS3.3 C.11.2.1.2.1), to 8 bits. Preprocessing
as in the published code: RGB, resized with BILINEAR, scaled to [0, 1] and normalised channel by channel.
"""

import pathlib
import sys

import numpy
import PIL
import pydicom
from PIL import Image

from side import serve, settings

s = settings()
MEAN = numpy.array([0.48145466, 0.4578275, 0.40821073], numpy.float32)
STD = numpy.array([0.26862954, 0.26130258, 0.27577711], numpy.float32)


def encoder_input(file):
    data = pydicom.dcmread(file)
    x = data.pixel_array * float(data.RescaleSlope) + float(data.RescaleIntercept)
    centre, width = float(data.WindowCenter), float(data.WindowWidth)
    y = numpy.clip((x - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)
    image = Image.fromarray(numpy.rint(255 * y).astype(numpy.uint8)).convert("RGB")
    image = image.resize((s["size"], s["size"]), Image.BILINEAR)
    return ((numpy.asarray(image, numpy.float32) / 255 - MEAN) / STD).transpose(2, 0, 1)


def work(_):
    files = sorted(pathlib.Path(s["folder"]).glob("*.dcm"))
    return {"mean": float(numpy.mean([encoder_input(file).mean() for file in files]))}


versions = {"python": sys.version.split()[0], "pydicom": pydicom.__version__, "pillow": PIL.__version__}
serve(work, versions)
