// Loads the WebAssembly backend in this process, multiplies two matrices and prints one line of
// JSON about it.
'use strict';
const tf = require('@tensorflow/tfjs');

async function check() {
  require('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  await tf.ready();
  const product = Array.from(tf.matMul(tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])).dataSync());
  if (tf.getBackend() !== 'wasm') throw new Error('the backend does not register');
  if (String(product) !== '19,22,43,50') throw new Error(`wrong product: ${product}`);
}

check().then(
  () => process.stdout.write(`${JSON.stringify({ ok: true })}\n`),
  (error) => {
    process.stdout.write(`${JSON.stringify({ ok: false, error: String(error.message).split('\n')[0] })}\n`);
    process.exitCode = 1;
  },
);
