import { runAlone } from './alone.ts';

// The library's second instance in a process has no logger, and the engine's log is what is read here. Which files share
// a process with this one depends on how fast they are.
describe('YaRN that the real engine does not take', () => {
  runAlone('yarnNotTakenAlone.ts', [
    'is read back from its log, and the model is loaded again as it was trained',
    'is not tried again, and still told, while the model is loaded',
    'leaves a conversation that wants it answered without it, turn after turn, by a model that is loaded once',
  ]);
});
