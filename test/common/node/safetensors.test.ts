import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { duplicateKey } from '../../../src/common/duplicate-keys';
import { UserError } from '../../../src/common/errors';
import { openSafetensors } from '../../../src/common/node/safetensors';
import { temporaryFolder } from '../../helpers/tiny-clip';

const dir = temporaryFolder();

function write(header: string, data = Buffer.alloc(0)): string {
  const file = path.join(dir, 'model.safetensors');
  const head = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  fs.writeFileSync(file, Buffer.concat([length, head, data]));
  return file;
}

const entry = (from: number, to: number): string => `{"dtype":"F32","shape":[${(to - from) / 4}],"data_offsets":[${from},${to}]}`;

const refused = (file: string, pattern: RegExp): void =>
  assert.throws(
    () => openSafetensors(file),
    (e: Error) => e instanceof UserError && pattern.test(e.message) && e.message.includes(file) && !e.message.includes('\n'),
  );

test('a name that is there twice is refused, however it is written', () => {
  refused(write(`{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, Buffer.alloc(8)), /the header has "a" twice/);
  refused(write(`{"a":${entry(0, 4)},"\\u0061" :${entry(4, 8)}}`, Buffer.alloc(8)), /has "a" twice/);
  refused(write(`{"a":{"dtype":"F32","shape":[1],"dtype":"I32","data_offsets":[0,4]}}`, Buffer.alloc(4)), /has "dtype" twice/);
  assert.equal(duplicateKey('{"a":["b","b",{"a":1}],"c":{"a":"a"},"\\"":"a\\\\","d":{}}'), undefined);
  assert.deepEqual(duplicateKey('[{"x":1},{"x":1,"y":{"z":1,"z":2}}]'), { key: 'z', offset: 27 });
});

test('bytes that belong to no tensor are refused: before the first, between, after the last', () => {
  assert.equal(openSafetensors(write(`{"a":${entry(4, 8)},"b":${entry(0, 4)}}  `, Buffer.alloc(8))).entries.size, 2);
  refused(write(`{"a":${entry(4, 8)}}`, Buffer.alloc(8)), /4 bytes before a belong to no tensor/);
  refused(write(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, Buffer.alloc(12)), /4 bytes before b belong to no tensor/);
  refused(write(`{"a":${entry(0, 4)}}`, Buffer.alloc(7)), /3 bytes at the end belong to no tensor/);
  refused(write(`{}`, Buffer.alloc(1)), /1 bytes at the end/);
});

test('a type that is known and not read has its size checked too', () => {
  refused(write(`{"a":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,4]}}`, Buffer.alloc(4)), /4 bytes for shape \[3\] of F8_E4M3/);
  assert.equal(openSafetensors(write(`{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, Buffer.alloc(4))).entries.size, 1);
});

test('whole numbers beyond 32 bits are refused, not wrapped', () => {
  const data = Buffer.alloc(16);
  data.writeBigInt64LE(-5n);
  data.writeBigInt64LE(2n ** 31n - 1n, 8);
  const header = '{"a":{"dtype":"I64","shape":[2],"data_offsets":[0,16]}}';
  assert.deepEqual([...openSafetensors(write(header, data)).read('a').data], [-5, 2 ** 31 - 1]);
  data.writeBigInt64LE(2n ** 31n, 8);
  assert.throws(() => openSafetensors(write(header, data)).read('a'), /a: has an integer beyond 32 bits/);
});

test('a header that takes long to read is refused before it is read', () => {
  const started = performance.now();
  refused(write(`{${' '.repeat(20 * 2 ** 20)}}`), /a header of 20971522 bytes; at most 8388608 are allowed/);
  assert.ok(performance.now() - started < 1500);
  refused(write(` {"a":${entry(0, 4)}}`, Buffer.alloc(4)), /the header is not an object/);
});

test('a file of another known kind is named instead of safetensors', () => {
  const file = path.join(dir, 'model.safetensors');
  for (const [content, pattern] of [
    ['version https://git-lfs.github.com/spec/v1\noid sha256:a2bf\nsize 1710540580\n', /a Git LFS pointer.*git lfs pull/],
    ['PK\x03\x04and more', /a file of PyTorch.*safe_serialization/],
    ['\x80\x02}q\x00and more', /a file of PyTorch/],
    ['<!DOCTYPE html><html>', /a web page/],
    ['\x89HDF\r\n\x1a\n', /HDF5/],
    ['GGUF\x03\0\0\0', /GGUF/],
    ['\x1f\x8b\x08\0', /a compressed archive/],
    ['', /it is empty/],
  ] as const) {
    fs.writeFileSync(file, content, 'latin1');
    refused(file, pattern);
  }
  // 0x280 bytes of header: the file begins as one of Python's pickles does
  const text = `{"a":${entry(0, 4)}}`.padEnd(0x280);
  assert.equal(openSafetensors(write(text, Buffer.alloc(4))).entries.size, 1);
});

test('a loop of links and a name that is too long are one line each', () => {
  const loop = path.join(dir, 'loop.safetensors');
  fs.symlinkSync('loop.safetensors', loop);
  refused(loop, /cannot be read \(ELOOP\)/);
  refused(path.join(dir, 'x'.repeat(300)), /cannot be read \(ENAMETOOLONG\)/);
});
