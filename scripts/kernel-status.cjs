// Makes the kernel report its status correctly. tslab publishes "busy" when a request to run a cell
// arrives. In a "Run All" every cell is therefore busy at once, the end of the first says "idle",
// and JupyterLab takes that for the end of all. Here a request is busy when its cell starts and
// idle when the cell has ended, one after the other, as Jupyter's protocol demands. In addition, a
// request that arrives while the kernel still opens its sockets waits for them; tslab tried to
// answer, failed, and dropped it.
'use strict';

const RUN = 'execute_request';

/**
 * Corrects methods of tslab's server.
 * @param {{ ZmqServer?: { prototype: object } }} tslab the module tslab/dist/jupyter
 * @returns {boolean} whether the methods are there; a tslab that lacks them is left unchanged
 */
function reportStatusInOrder({ ZmqServer }) {
  const server = ZmqServer?.prototype;
  const { init, handleShellMessage, publishStatus, handleExecute } = server ?? {};
  if (!init || !handleShellMessage || publishStatus?.length !== 2 || handleExecute?.length !== 2) return false;

  let open;
  server.init = function () {
    const opening = init.call(this);
    open = opening.catch(() => undefined);
    return opening.then(() => undefined); // whoever started this learns of a failure
  };
  server.handleShellMessage = async function (...message) {
    await open;
    return handleShellMessage.apply(this, message);
  };

  let last = Promise.resolve();
  let running;
  server.publishStatus = function (status, request) {
    if (request.header.msg_type === RUN) return; // tslab's reports on arrival and after the reply; ours follow below, in the cell's turn
    publishStatus.call(this, status, request);
    // a completion that was answered beside a running cell must not leave "idle" behind
    if (status === 'idle' && running) publishStatus.call(this, 'busy', running);
  };
  server.handleExecute = function (socket, request) {
    const run = async () => {
      running = request;
      publishStatus.call(this, 'busy', request);
      try {
        await handleExecute.call(this, socket, request);
      } finally {
        running = undefined;
        publishStatus.call(this, 'idle', request);
      }
    };
    const done = last.then(run);
    last = done.catch(() => undefined);
    return done;
  };
  return true;
}

module.exports = { reportStatusInOrder };
