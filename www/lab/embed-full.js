// @ts-check
/** The way from an embed to the whole lab, in a window of its own. */

/** @param {string} hash what to open there @returns attributes of a link to it */
export function fullLab(hash) {
  return { class: "full-lab", href: addressOf(hash), target: "_blank", rel: "noopener" };
}

/** @param {string} hash */
export function addressOf(hash) {
  const url = new URL("../", import.meta.url);
  const query = new URLSearchParams(location.search);
  for (const name of ["lang", "theme", "view"]) {
    const value = query.get(name);
    if (value !== null) url.searchParams.set(name, value);
  }
  url.hash = hash;
  return url.href;
}
