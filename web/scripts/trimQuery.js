/**
 * TanStack Query without mutations and infinite queries, which this client never uses and which its `QueryClient`
 * brings along all the same. A use that somebody adds fails at once: remove its line here.
 */
const FILE = /\/query-core\/build\/modern\/(mutationCache|infiniteQueryBehavior)\.js$/

const INSTEAD = {
  mutationCache: `export class MutationCache {
    clear() {}
    resumePausedMutations() { return Promise.resolve() }
  }`,
  infiniteQueryBehavior: `const removed = () => { throw Error("trimQuery.js removed infinite queries") }
  export { removed as infiniteQueryBehavior, removed as hasNextPage, removed as hasPreviousPage }`,
}

/** @returns {import('vite').Plugin} */
export function trimQuery() {
  return {
    name: 'trim-query',
    apply: 'build',
    load: {
      filter: { id: FILE },
      handler: (id) => INSTEAD[FILE.exec(id)[1]],
    },
  }
}
