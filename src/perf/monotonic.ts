// performance.now() counts from a moment that differs between threads and processes; this is the distance of that
// moment from the start of the machine's monotonic clock.
const ORIGIN_MICROS = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000

/** Microseconds of the machine's monotonic clock, the same in every thread and process of the machine. */
export function nowMicros(): number {
  return ORIGIN_MICROS + performance.now() * 1000
}
