"""Writes the TIFF files of this folder and expected.json. Needs numpy, pillow, imagecodecs and tiff2rgba (libtiff-tools).

    python make.py

expected.json: name -> width, height, rgb (base64 of height x width x 3 bytes), or `refused`, a part of the error.
`by` says where the pixels come from: libtiff (its RGBA reading, tiff2rgba), formula (of YCbCr, here), or rule (the rule of src/image/tiff/range.ts, in numpy).
"""
import base64, json, os, struct, subprocess, tempfile
import imagecodecs
import numpy as np
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 18, 11
rng = np.random.default_rng(7)
yy, xx = np.mgrid[0:H, 0:W]
GREY = np.clip(14 * xx + 2 * yy, 0, 255).astype(np.uint8)
RGB = np.stack([GREY, np.clip(255 - 13 * xx, 0, 255), 20 * yy + rng.integers(0, 30, (H, W))], -1).astype(np.uint8)
YCC = np.stack([GREY, 40 + 9 * xx, 220 - 12 * yy], -1).astype(np.uint8)

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 11: 4, 12: 8, 16: 8}


def values(type, items, order):
    if type == 2:
        return items.encode() + b'\0'
    if type == 5:
        return b''.join(struct.pack(order + 'II', *v) for v in items)
    code = {1: 'B', 3: 'H', 4: 'I', 6: 'b', 8: 'h', 9: 'i', 11: 'f', 12: 'd', 16: 'Q', 7: 'B'}[type]
    return b''.join(struct.pack(order + code, v) for v in items)


def tiff(pages, order='<', big=False):
    """pages: list of (tags {number: (type, values)}, chunks [bytes], tiled)."""
    out = bytearray((b'II' if order == '<' else b'MM') + (struct.pack(order + 'HHHQ', 43, 8, 0, 0) if big else struct.pack(order + 'HI', 42, 0)))
    link = 8 if big else 4
    for tags, chunks, tiled in pages:
        tags = dict(tags)
        offsets = []
        for chunk in chunks:
            offsets.append(len(out))
            out += chunk
            if len(out) % 2:
                out += b'\0'
        tags[324 if tiled else 273] = (16 if big else 4, offsets)
        tags[325 if tiled else 279] = (16 if big else 4, [len(c) for c in chunks])
        packed = {}
        for number, (type, items) in tags.items():
            data = values(type, items, order)
            if len(data) > (8 if big else 4):
                packed[number] = struct.pack(order + ('Q' if big else 'I'), len(out))
                out += data + b'\0' * (len(data) % 2)
            else:
                packed[number] = data.ljust(8 if big else 4, b'\0')
        struct.pack_into(order + ('Q' if big else 'I'), out, link, len(out))
        out += struct.pack(order + ('Q' if big else 'H'), len(tags))
        for number in sorted(tags):
            type, items = tags[number]
            count = len(items) + 1 if type == 2 else len(items)
            out += struct.pack(order + ('HHQ' if big else 'HHI'), number, type, count) + packed[number]
        link = len(out)
        out += b'\0' * (8 if big else 4)
    return bytes(out)


def compress(data, method):
    return {1: lambda d: d, 5: imagecodecs.lzw_encode, 8: imagecodecs.zlib_encode, 32773: lambda d: imagecodecs.packbits_encode(d)}[method](data)


def tags_of(bits, samples, photometric, method=1, **more):
    tags = {256: (3, [W]), 257: (3, [H]), 258: (3, [bits] * samples), 259: (3, [method]), 262: (3, [photometric]), 277: (3, [samples]), 284: (3, [1])}
    tags.update({int(k[1:]): v for k, v in more.items()})
    return tags


def strips(data, rows=None, method=1, order='<'):
    """An array [H, ...] as strips of `rows` rows."""
    rows = rows or H
    typed = data.astype(data.dtype.newbyteorder(order))
    return [compress(typed[y:y + rows].tobytes(), method) for y in range(0, H, rows)]


def page(data, photometric, method=1, rows=None, order='<', **more):
    samples = 1 if data.ndim == 2 else data.shape[2]
    tags = tags_of(data.dtype.itemsize * 8, samples, photometric, method, t278=(3, [rows or H]), **more)
    return tags, strips(data, rows, method, order), False


def differences(data):
    """Predictor 2: each sample as its difference from the one to the left."""
    out = data.copy()
    out[:, 1:] = data[:, 1:] - data[:, :-1]
    return out


def blocks(ycc, across, down, rows=H):
    """Subsampled YCbCr as strips: per block all Y, then the mean Cb and Cr."""
    out = []
    for y0 in range(0, H, rows):
        strip = ycc[y0:y0 + rows].astype(int)
        strip = np.pad(strip, ((0, -len(strip) % down), (0, -W % across), (0, 0)), 'edge')
        data = bytearray()
        for y in range(0, strip.shape[0], down):
            for x in range(0, strip.shape[1], across):
                part = strip[y:y + down, x:x + across]
                data += bytes(part[..., 0].ravel().astype(np.uint8)) + bytes([int(part[..., 1].mean()), int(part[..., 2].mean())])
        out.append(bytes(data))
    return out


def subsampled(ycc, across, down, rows):
    """Each pixel with the Cb and Cr of its block."""
    out = ycc.astype(int)
    for y0 in range(0, H, rows):
        for y in range(y0, min(H, y0 + rows), down):
            for x in range(0, W, across):
                part = ycc[y0:y0 + rows].astype(int)
                part = np.pad(part, ((0, -len(part) % down), (0, -W % across), (0, 0)), 'edge')[y - y0:y - y0 + down, x:x + across]
                out[y:min(y + down, y0 + rows), x:x + across, 1:] = [int(part[..., 1].mean()), int(part[..., 2].mean())]
    return out


def formula(ycc):
    """The conversion of ITU-R 601, full range."""
    y, cb, cr = (ycc[..., c].astype(float) for c in range(3))
    r, b = y + 1.402 * (cr - 128), y + 1.772 * (cb - 128)
    return np.clip(np.round(np.stack([r, (y - 0.299 * r - 0.114 * b) / 0.587, b], -1)), 0, 255)


def bit_rows(data, bits):
    """Whole numbers of any width, the highest bit first; rows end at bytes."""
    flat = data.reshape(H, -1).astype(int)
    return b''.join(np.packbits(np.concatenate([[v >> (bits - 1 - b) & 1 for b in range(bits)] for v in row]).astype(np.uint8)).tobytes() for row in flat)


def tile_chunks(data, size, method=1):
    chunks = []
    for y in range(0, H, size):
        for x in range(0, W, size):
            part = data[y:y + size, x:x + size]
            full = np.zeros((size, size) + data.shape[2:], data.dtype)
            full[:part.shape[0], :part.shape[1]] = part
            chunks.append(compress(full.tobytes(), method))
    return chunks


expected = {}


def libtiff(path):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, 'out.tif')
        subprocess.run(['tiff2rgba', '-c', 'none', path, out], check=True, capture_output=True)
        return np.array(Image.open(out).convert('RGBA'))[..., :3]


def add(name, content, by='libtiff', rgb=None, refused=None, as_mask=None):
    path = os.path.join(HERE, name + '.tif')
    with open(path, 'wb') as file:
        file.write(content)
    if refused:
        expected[name] = {'refused': refused}
    else:
        rgb = libtiff(path) if rgb is None else rgb
        if rgb.ndim == 2:
            rgb = np.repeat(rgb[..., None], 3, 2)
        expected[name] = {'by': by, 'width': rgb.shape[1], 'height': rgb.shape[0], 'rgb': base64.b64encode(rgb.astype(np.uint8).tobytes()).decode()}
    if as_mask is not None:
        expected[name]['mask'] = ''.join('1' if v else '0' for v in as_mask.ravel())


def levels(values, low, high):
    return np.floor((values.astype(float) - low) / (high - low) * 255 + 0.5)


BW = (5, [(0, 1), (255, 1), (128, 1), (255, 1), (128, 1), (255, 1)])
STUDIO = (5, [(16, 1), (235, 1), (128, 1), (240, 1), (128, 1), (240, 1)])
BT709 = (5, [(2126, 10000), (7152, 10000), (722, 10000)])
ONE = (3, [1, 1])

# --- YCbCr
add('ycbcr', tiff([page(YCC, 6, t530=ONE, t532=BW)]))
add('ycbcr-lzw-big-endian', tiff([page(YCC, 6, 5, rows=4, order='>', t530=ONE, t532=BW)], '>'))
add('ycbcr-deflate-predictor', tiff([page(differences(YCC), 6, 8, t317=(3, [2]), t530=ONE)]))
add('ycbcr-packbits', tiff([page(YCC, 6, 32773, rows=3, t530=ONE)]))
add('ycbcr-709-studio', tiff([page(YCC, 6, t529=BT709, t530=ONE, t532=STUDIO)]))
add('ycbcr-extra', tiff([page(np.dstack([YCC, 0 * GREY]), 6, t530=ONE, t338=(3, [0]))]), by='rule', rgb=libtiff(os.path.join(HERE, 'ycbcr.tif')))
for across, down, rows in [(2, 2, 4), (2, 1, 11), (4, 2, 6), (4, 4, 8), (1, 2, 11)]:
    sub = blocks(YCC, across, down, rows)
    more = {} if (across, down) == (2, 2) else {'t530': (3, [across, down])}
    # libtiff itself reads the last columns wrong where blocks of 4 x 4 reach beyond the edge
    rgb = formula(subsampled(YCC, across, down, rows)) if down == 4 else None
    for method in (1, 5):
        add(f'ycbcr-{across}{down}-{method}', tiff([(tags_of(8, 3, 6, method, t278=(3, [rows]), **more), [compress(s, method) for s in sub], False)]), by='formula' if down == 4 else 'libtiff', rgb=rgb)
add('ycbcr-tiles', tiff([(tags_of(8, 3, 6, t322=(3, [16]), t323=(3, [16]), t530=ONE), tile_chunks(YCC, 16), True)]))
add('ycbcr-planar', tiff([(tags_of(8, 3, 6, t278=(3, [H]), t284=(3, [2]), t530=ONE), [YCC[..., c].tobytes() for c in range(3)], False)]))
add('ycbcr-16', tiff([page(YCC.astype(np.uint16) * 257, 6, t530=ONE)]), refused='YCbCr TIFF of 16 bits')
for name, options in [('444', dict(subsampling=0)), ('420', dict(subsampling=2))]:
    path = os.path.join(HERE, f'ycbcr-jpeg-{name}.tif')
    import tifffile
    tifffile.imwrite(path, np.kron(RGB, np.ones((2, 2, 1), np.uint8)), photometric='rgb', compression='jpeg', compressionargs={'level': 90}, subsampling=(1, 1) if name == '444' else (2, 2), metadata=None, software=None)
    with open(path, 'rb') as file:
        content = file.read()
    add(f'ycbcr-jpeg-{name}', content)

# --- other meanings
add('white-is-zero', tiff([page(GREY, 0, 5)]))
add('white-is-zero-16', tiff([page(GREY.astype(np.uint16) * 257, 0)]))
BIT = (GREY > 99).astype(np.uint8)
for photometric in (0, 1):
    add(f'bits-1-{photometric}', tiff([(tags_of(1, 1, photometric, t278=(3, [H])), [bit_rows(BIT, 1)], False)]))
add('bits-1-reversed', tiff([(tags_of(1, 1, 1, t266=(3, [2]), t278=(3, [H])), [bytes(int(f'{b:08b}'[::-1], 2) for b in bit_rows(BIT, 1))], False)]), by='rule', rgb=255 * BIT)
for bits in (2, 4):
    add(f'bits-{bits}', tiff([(tags_of(bits, 1, 1, t278=(3, [H])), [bit_rows(GREY >> (8 - bits), bits)], False)]))
for bits in (6, 10, 12, 14):
    data = (GREY.astype(int) * (2**bits - 1) // 255)
    add(f'bits-{bits}', tiff([(tags_of(bits, 1, 1, 5, t278=(3, [H])), [compress(bit_rows(data, bits), 5)], False)]), by='rule', rgb=levels(data, 0, 2**bits - 1))
DEEP = RGB.astype(int) * 4095 // 255
add('rgb-12', tiff([(tags_of(12, 3, 2, t278=(3, [H])), [bit_rows(DEEP, 12)], False)], '>'), by='rule', rgb=levels(DEEP, 0, 4095))
palette = rng.integers(0, 65536, (3, 256))
add('palette', tiff([page(GREY, 3, 8, t320=(3, palette.ravel().tolist()))]))
add('palette-4', tiff([(tags_of(4, 1, 3, t278=(3, [H]), t320=(3, palette[:, :16].ravel().tolist())), [bit_rows(GREY >> 4, 4)], False)]))
add('palette-8-bit-map', tiff([page(GREY, 3, t320=(3, (palette // 257).ravel().tolist()))]))
CMYK = np.dstack([RGB, GREY // 2])
add('cmyk', tiff([page(CMYK, 5, 5)]))
add('cmyk-planar', tiff([(tags_of(8, 4, 5, t278=(3, [H]), t284=(3, [2])), [CMYK[..., c].tobytes() for c in range(4)], False)]))
add('cmyk-16', tiff([page(CMYK.astype(np.uint16) * 257, 5)]), by='libtiff', rgb=libtiff(os.path.join(HERE, 'cmyk.tif')))
add('inks', tiff([page(CMYK, 5, t332=(3, [2]))]), refused='InkSet 2')
for number, data, text in [(4, BIT * 1, 'transparency mask'), (8, YCC, 'CIELab'), (9, YCC, 'ICCLab'), (10, YCC, 'ITULab'), (32803, GREY, 'colour sensor'), (32844, GREY, 'LogL'), (32845, YCC, 'LogLuv'), (34892, RGB, 'linear values of a colour sensor'), (77, GREY, 'unknown meaning')]:
    add(f'photometric-{number}', tiff([page(data, number)]), refused=text)
none = tiff([page(GREY, 1)])
at = none.index(struct.pack('<HH', 262, 3))
add('photometric-none', none[:at] + struct.pack('<H', 261) + none[at + 2:], refused='no PhotometricInterpretation')

# --- extra samples
plain = RGB
for name, extra, stated in [('unspecified', [0 * GREY], [0]), ('two', [0 * GREY, GREY], [0, 0]), ('not-stated', [0 * GREY], None)]:
    more = {} if stated is None else {'t338': (3, stated)}
    add(f'extra-{name}', tiff([page(np.dstack([RGB, *extra]), 2, **more)]), by='rule', rgb=plain)
RGBX = np.dstack([RGB, 0 * GREY])
add('extra-planar', tiff([(tags_of(8, 4, 2, 5, t278=(3, [H]), t284=(3, [2]), t338=(3, [0])), [compress(RGBX[..., c].tobytes(), 5) for c in range(4)], False)]), by='rule', rgb=plain)
add('extra-unassociated', tiff([page(np.dstack([RGB, GREY]), 2, 5, t338=(3, [2]))]), by='rule', rgb=plain)
add('extra-unset-opacity', tiff([page(np.dstack([RGB, 0 * GREY]), 2, t338=(3, [2]))]), by='rule', rgb=plain)
multiplied = np.round(RGB.astype(float) * GREY[..., None] / 255).astype(np.uint8)
restored = np.where(GREY[..., None] == 0, multiplied, np.minimum(255, multiplied.astype(int) * 255 // np.maximum(1, GREY[..., None].astype(int))))
add('extra-associated', tiff([page(np.dstack([multiplied, GREY]), 2, t338=(3, [1]))]), by='rule', rgb=restored)
add('extra-grey-unspecified', tiff([page(np.dstack([GREY, 0 * GREY]), 1, t338=(3, [0]))]), by='rule', rgb=GREY)
add('extra-grey-opacity', tiff([page(np.dstack([GREY, 255 - GREY]), 1, t338=(3, [2]))]), by='rule', rgb=GREY)
add('extra-grey-stack', tiff([page(np.dstack([GREY, GREY, GREY]), 1, t338=(3, [0, 0]))]), refused='3 grey samples per pixel')
add('extra-unknown', tiff([page(np.dstack([RGB, GREY]), 2, t338=(3, [7]))]), refused='ExtraSamples 7')
add('extra-unspecified-16', tiff([page(np.dstack([RGB, 0 * GREY]).astype(np.uint16) * 257, 2, 8, t338=(3, [0]))]), by='rule', rgb=plain)

# --- depths and kinds
add('bigtiff-16', tiff([page(GREY.astype(np.uint16) * 257, 1, 5, rows=4)], big=True))
add('bigtiff-rgb-big-endian', tiff([page(RGB, 2, 8, order='>')], '>', True))
add('grey-16-predictor-big-endian', tiff([page(differences(GREY.astype(np.uint16) * 257), 1, 5, order='>', t317=(3, [2]))], '>'))
add('rgb-tiles-deflate', tiff([(tags_of(8, 3, 2, 8, t322=(3, [16]), t323=(3, [16])), tile_chunks(RGB, 16, 8), True)]))
add('rgb-planar-16', tiff([(tags_of(16, 3, 2, 5, t278=(3, [4]), t284=(3, [2])), [s for c in range(3) for s in strips(RGB[..., c].astype(np.uint16) * 257, 4, 5)], False)]))
unit = GREY / 255
FLOAT, INT = (3, [3]), (3, [2])
for bits in (16, 32, 64):
    add(f'float-{bits}', tiff([page(unit.astype(f'f{bits // 8}'), 1, t339=FLOAT)]), by='rule', rgb=GREY)
add('float-rgb', tiff([page((RGB / 255).astype('f4'), 2, 5, order='>', t339=(3, [3, 3, 3]))], '>'), by='rule', rgb=RGB)
add('float-white-is-zero', tiff([page(unit.astype('f4'), 0, t339=FLOAT)]), by='rule', rgb=255 - GREY)
path = os.path.join(HERE, 'float-predictor.tif')
tifffile.imwrite(path, unit.astype('f4'), compression='zlib', predictor=3, metadata=None, software=None)
with open(path, 'rb') as file:
    content = file.read()
add('float-predictor', content, by='rule', rgb=GREY)
add('float-4095', tiff([page((unit * 4095).astype('f4'), 1, t339=FLOAT)]), refused='values from 0 to 4095 in floating point; 0 to 1 is read', as_mask=GREY)
add('float-range', tiff([page((unit * 2000 - 1000).astype('f4'), 1, t339=FLOAT, t340=(11, [-1000]), t341=(11, [1000]))]), by='rule', rgb=GREY)
nan = unit.astype('f4')
nan[3, 3] = np.nan
add('float-nan', tiff([page(nan, 1, t339=FLOAT)]), refused='no numbers')
signed = (GREY.astype(int) * 32767 // 255).astype('i2')
add('int-16', tiff([page(signed, 1, t339=INT)]), by='rule', rgb=levels(signed, 0, 32767))
add('int-16-negative', tiff([page((GREY.astype('i2') * 8 - 1000), 1, t339=INT)]), refused='values from -1000 to 1040 in 16 bits with sign')
hounsfield = (GREY.astype('i2') * 8 - 1000)
add('int-16-range', tiff([page(differences(hounsfield), 1, 8, t317=(3, [2]), t339=INT, t340=(8, [-1000]), t341=(8, [1040]))]), by='rule', rgb=levels(hounsfield, -1000, 1040))
add('int-8', tiff([page((GREY // 2).astype('i1'), 1, t339=INT)]), by='rule', rgb=levels(GREY // 2, 0, 127))
wide = (GREY.astype(np.uint64) * (2**32 - 1) // 255).astype('u4')
add('uint-32', tiff([page(wide, 1)]), by='rule', rgb=GREY)
add('uint-32-predictor', tiff([page(differences(wide), 1, 5, t317=(3, [2]))]), by='rule', rgb=GREY)
add('uint-32-dark', tiff([page(GREY.astype('u4') * 16, 1)]), refused='values from 0 to 4080', as_mask=GREY)
add('uint-32-range', tiff([page(GREY.astype('u4') * 16, 1, t341=(4, [4080]))]), by='rule', rgb=GREY)
labels = (xx // 6).astype('i4')
add('int-32-labels', tiff([page(labels, 1, t339=INT)]), refused='values from 0 to 2', as_mask=labels)
add('float-labels', tiff([page(labels.astype('f4'), 1, t339=FLOAT)]), refused='values from 0 to 2', as_mask=labels)
add('uint-64', tiff([page(GREY.astype('u8'), 1)]), refused='64 bits')
add('complex', tiff([page(unit.astype('c8'), 1, t339=(3, [6]))]), refused='complex numbers')
add('mixed-bits', tiff([({**page(RGB, 2)[0], 258: (3, [5, 6, 5])}, strips(RGB), False)]), refused='differ in depths')
add('zstd', tiff([({**page(GREY, 1)[0], 259: (3, [50000])}, strips(GREY), False)]), refused='Zstandard')
add('old-jpeg', tiff([({**page(RGB, 6)[0], 259: (3, [6])}, strips(RGB), False)]), refused='old kind')

# --- pages
one = page(GREY, 1, 5)
half = page(GREY, 1, 5, t254=(4, [1]))
mask = page(BIT, 4, t254=(4, [4]))
add('pages-3', tiff([one, page(255 - GREY, 1, 5), one]), refused='holds 3 images')
add('pages-3-big', tiff([one, one, one], '<', True), refused='holds 3 images')
add('pages-preview-first', tiff([half, page(RGB, 2, 5), mask]), by='rule', rgb=RGB)
add('pages-preview-last', tiff([page(RGB, 2, 5), half]), by='rule', rgb=RGB)
add('pages-preview-only', tiff([page(GREY, 1, t254=(4, [1]), t330=(4, [8]))]), refused='previews only')
add('pages-imagej', tiff([page(GREY, 1, t270=(2, 'ImageJ=1.53t\nimages=5\nslices=5\n'))]) + bytes(4 * W * H), refused='holds 5 images')
add('orientation-6', tiff([page(RGB, 2, 5, t274=(3, [6]))]), by='rule', rgb=np.rot90(RGB, -1))
add('orientation-5-float', tiff([page(unit.astype('f4'), 1, t274=(3, [5]), t339=FLOAT)]), by='rule', rgb=GREY.T)

with open(os.path.join(HERE, 'expected.json'), 'w') as file:
    file.write('{\n' + ',\n'.join(f'{json.dumps(k)}: {json.dumps(v)}' for k, v in sorted(expected.items())) + '\n}\n')
