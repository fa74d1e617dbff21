import { describe, expect, it } from 'vitest';
import { type ConsoleEnd } from './ends.js';
import { type LiveConsoles } from './live-consoles.js';
import { Ticker } from './ticker.js';

/** One console, a clock, and a watch that was last in touch at 0. */
function setUp({ idleTimeout = 0, heard = (): number => 0 } = {}) {
  const ends: [number, string][] = [];
  let now = 0;
  let beats = 0;
  const tunnel = {
    lastInput: 0,
    beat: () => (beats += 1),
    end: ({ code, reason }: ConsoleEnd) => ends.push([code, reason]),
  };
  const consoles = Object.assign([{ tunnel }], { size: 1, endAll: tunnel.end }) as unknown as LiveConsoles;
  const silence = (): number => now - heard();
  const ticker = new Ticker(consoles, { silence }, { idleTimeout }, { now: () => now });
  const until = (seconds: number): void => {
    for (; now < seconds * 1000; now += 1000) ticker.tick();
    ticker.tick();
  };
  return { until, ends, tunnel, beats: () => beats };
}

describe('row 11: consoles of a gateway that is out of touch', () => {
  it('go on for 60 s, then end with 1013', () => {
    const { until, ends } = setUp();
    until(60);
    expect(ends).toEqual([]);
    until(61);
    expect(ends[0]).toEqual([1013, expect.stringContaining('lost contact')]);
  });

  it('go on where it is in touch again before', () => {
    let heard = 0;
    const { until, ends } = setUp({ heard: () => heard });
    until(59);
    heard = 59_000;
    until(118);
    expect(ends).toEqual([]);
  });
});

describe('consoles that are open', () => {
  it('are looked after every 20 s', () => {
    const { until, beats } = setUp({ heard: () => Infinity });
    until(100);
    expect(beats()).toBe(5);
  });

  it('end with 4007 when nothing was typed for longer than the idle timeout', () => {
    const { until, ends, tunnel } = setUp({ idleTimeout: 30_000, heard: () => Infinity });
    until(20);
    tunnel.lastInput = 20_000;
    until(50);
    expect(ends).toEqual([]);
    until(51);
    expect(ends[0]?.[0]).toBe(4007);
  });
});
