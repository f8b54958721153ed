/** The oldest browsers the client is built for, which are those of Tailwind CSS 4. README.md and index.html name them too. */
export const oldestBrowsers = {
  chrome: '111',
  edge: '111',
  firefox: '128',
  safari: '16.4',
  ios: '16.4',
}
