// Says "ready DIGEST FACTS"; then answers each line "CALL CALLS IN_FLIGHT TIMED" by "NANOS FAILED NANOS:CALLS ...".
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Piscina } from 'piscina';

const threads = Number(process.argv[2]);
const pool = new Piscina({
  filename: new URL('piscina-worker.mjs', import.meta.url).href,
  minThreads: threads,
  maxThreads: threads,
  concurrentTasksPerWorker: 1,
});
const here = (file) => readFileSync(new URL(file, import.meta.url));
const payload = new Uint8Array(here('payload.bin')); // the same as all others have
const calls = {
  EMPTY: { name: 'nothing', payload },
  SHA256: { name: 'sha256', payload },
};

// By every thread: they take calls in turn while all are busy.
async function check() {
  const digest = createHash('sha256').update(payload).digest('hex');
  const wanted = { EMPTY: '', SHA256: digest };
  const all = Array.from({ length: 4 * threads }, () => Object.keys(calls)).flat();
  for (const [i, reply] of (await Promise.all(all.map((name) => pool.run(calls[name])))).entries()) {
    if (Buffer.from(reply).toString() !== wanted[all[i]]) throw new Error(`a wrong reply to ${all[i]}`);
  }
  return digest;
}

// Three digits of each time, as the others keep them.
function histogram(nanos) {
  const counts = new Map();
  for (const each of nanos) {
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, each))) - 3);
    const rounded = Math.round(each / unit) * unit;
    counts.set(rounded, (counts.get(rounded) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ` ${value}:${count}`).join('');
}

async function run(call, count, inFlight, timed) {
  const nanos = [];
  let next = 0;
  let failed = 0;
  const one = async () => {
    for (let i = next++; i < count; i = next++) {
      const sent = timed ? performance.now() : 0;
      try {
        await pool.run(call);
        if (timed) nanos.push((performance.now() - sent) * 1e6);
      } catch {
        failed++;
      }
    }
  };
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: inFlight }, one));
  const all = process.hrtime.bigint() - start;
  console.log(`${all} ${failed}${histogram(nanos)}`);
}

const digest = await check();
process.stdin.on('end', () => process.exit(0)); // whoever wanted it is gone
const { version } = JSON.parse(here('node_modules/piscina/package.json'));
console.log(`ready ${digest} node ${process.versions.node}, V8 ${process.versions.v8}, Piscina ${version}`);
for await (const line of createInterface({ input: process.stdin })) {
  const [call, count, inFlight, timed] = line.split(' ');
  await run(calls[call], Number(count), Number(inFlight), timed === 'true');
}
process.exit(0);
