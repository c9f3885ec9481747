// @ts-check
/**
 * What the browser's own network log says, and slow connections.
 *
 * @typedef {import("playwright-core").Page} Page
 */

/** Fast 3G as DevTools and Lighthouse define it: 1.6 Mbit/s and 150 ms, both with the factors by which a throttled browser differs from a network. */
export const FAST_3G = { offline: false, latency: 150 * 3.75, downloadThroughput: (1.6 * 1024 * 1024 * 0.9) / 8, uploadThroughput: (750 * 1024 * 0.9) / 8 };
/** How much slower the processor is made: Lighthouse's telephone. */
export const CPU_SLOWDOWN = 4;

/**
 * @param {Page} page listens from now on
 * @returns {Promise<() => { url: string, bytes: number }[]>} what has been transferred so far, headers and compressed bodies, in order of its end
 */
export async function transfers(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {Map<string, string>} */
  const urls = new Map();
  /** @type {{ url: string, bytes: number }[]} */
  const ended = [];
  session.on("Network.requestWillBeSent", ({ requestId, request }) => urls.set(requestId, request.url));
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId) ?? "";
    if (!url.startsWith("data:")) ended.push({ url, bytes: encodedDataLength });
  });
  await session.send("Network.enable");
  return () => [...ended];
}

/** @param {Page} page makes it as slow as a telephone on fast 3G */
export async function slow(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", FAST_3G);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
}
