// Loads the native TensorFlow backend in this process, multiplies two matrices and prints one line
// of JSON about it. It is a separate process so that a crash of the library ends only this one.
'use strict';
process.env.TF_CPP_MIN_LOG_LEVEL = process.env.TF_CPP_MIN_LOG_LEVEL || '2';
const started = Date.now();
try {
  const tf = require('@tensorflow/tfjs-node-gpu');
  const product = Array.from(tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync());
  if (String(product) !== '19,22,43,50') throw new Error(`wrong product: ${product}`);
  const backend = tf.backend();
  const report = {
    ok: true,
    tensorflow: backend.binding.TF_Version,
    gpu: backend.isUsingGpuDevice,
    seconds: (Date.now() - started) / 1000,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ ok: false, error: String(error.message).split('\n')[0] })}\n`);
  process.exitCode = 1;
}
