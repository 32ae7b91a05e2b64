// Says "ready"; then answers each line "CALL CALLS IN_FLIGHT TIMED" by "NANOS P50 P99 MEAN FAILED".
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Piscina } from 'piscina';

const threads = Number(process.argv[2]);
const pool = new Piscina({
  filename: new URL('piscina-worker.mjs', import.meta.url).href,
  minThreads: threads,
  maxThreads: threads,
  concurrentTasksPerWorker: 1,
});
const payload = Uint8Array.from({ length: 1024 }, (_, i) => i * 31);
const calls = {
  EMPTY: { name: 'echo', payload: new Uint8Array(0) },
  SHA256: { name: 'sha256', payload },
};

async function check() {
  const digest = createHash('sha256').update(payload).digest('hex');
  if (Buffer.from(await pool.run(calls.SHA256)).toString() !== digest) throw new Error('a wrong reply');
}

async function run(call, count, inFlight, timed) {
  const nanos = timed ? new Float64Array(count) : new Float64Array(0);
  let next = 0;
  let failed = 0;
  const one = async () => {
    for (let i = next++; i < count; i = next++) {
      const sent = timed ? performance.now() : 0;
      try {
        await pool.run(call);
      } catch {
        failed++;
      }
      if (timed) nanos[i] = (performance.now() - sent) * 1e6;
    }
  };
  const start = process.hrtime.bigint();
  await Promise.all(Array.from({ length: inFlight }, one));
  const all = process.hrtime.bigint() - start;
  nanos.sort();
  const at = (share) => (timed ? Math.round(nanos[Math.floor(share * (count - 1))]) : 0);
  const mean = timed ? nanos.reduce((sum, each) => sum + each, 0) / count : 0;
  console.log(`${all} ${at(0.5)} ${at(0.99)} ${mean} ${failed}`);
}

await check();
process.stdin.on('end', () => process.exit(0)); // whoever wanted it is gone
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [call, count, inFlight, timed] = line.split(' ');
  await run(calls[call], Number(count), Number(inFlight), timed === 'true');
}
process.exit(0);
