/**
 * React DOM without the parts that this client never uses, a quarter of its size: hydration of server-rendered
 * pages, view transitions, resources in <head>, form actions, fragment refs, custom elements, <Activity> and
 * <SuspenseList>. Minifiers cannot tell that they are never used, because each hides behind a value at run time.
 *
 * Every function that only these parts enter is replaced by one that throws, so a use that somebody adds is
 * noticed by the first test of it: remove its line here. A new version of React DOM in which a name is gone
 * fails the build.
 */
const FILE = /\/react-dom-client\.production\.js$/

const UNUSED_FUNCTIONS = [
  // Hydration
  ...['prepareToHydrateHostInstance', 'canHydrateInstance', 'canHydrateTextInstance'],
  ...['canHydrateHydrationBoundary', 'updateDehydratedSuspenseComponent', 'clearHydrationBoundary'],
  ...[
    'hideOrUnhideDehydratedBoundary',
    'retryDehydratedSuspenseBoundary',
    'throwOnHydrationMismatch',
  ],
  ...['attemptExplicitHydrationTarget', 'mountHostRootWithoutHydrating', 'pushTreeId'],
  // Events that wait for hydration
  ...['queueIfContinuousEvent', 'retryIfBlockedOn'],
  // <ViewTransition>
  ...['startViewTransition', 'createViewTransitionInstance', 'scheduleViewTransitionEvent'],
  ...['applyViewTransitionToHostInstancesRecursive', 'measureViewTransitionHostInstancesRecursive'],
  ...['restoreViewTransitionName', 'flushAfterMutationEffects'],
  // <link>, <style>, <script> and their like, drawn into <head>; preload() and its like
  ...['getResource', 'acquireResource', 'suspendResource', 'preloadResource', 'mountHoistable'],
  ...['getHydratableHoistableCache', 'insertStylesheetIntoRoot', 'preload', 'preloadModule'],
  ...['preinitStyle', 'preinitScript', 'preinitModuleScript', 'preconnectAs'],
  // <form action={function}>, useActionState
  ...['startHostTransition', 'ensureFormComponentIsStateful', 'runActionStateAction'],
  ...['mountActionState', 'updateActionState', 'rerenderActionState'],
  // findDOMNode(), the React Compiler
  ...['findCurrentFiberUsingSlowPath', 'useMemoCache'],
  // <Fragment ref>
  ...['FragmentInstance', 'addFragmentHandleToFiber', 'validateDocumentPositionWithFiberTree'],
  ...['commitNewChildToFragmentInstance', 'deleteChildFromFragmentInstance'],
  // Custom elements, <Activity>, <SuspenseList>
  ...['setPropOnCustomElement', 'updateActivityComponent', 'updateSuspenseListComponent'],
  'cutOffTailIfNeeded',
]

/** Entered by others too, but what they look for is never there. */
const WITHOUT_EFFECT = [
  ...['commitExitViewTransitions', 'trackEnterViewTransitions', 'commitNestedViewTransitions'],
]

/** Kinds of nodes in React's tree (ReactWorkTags) that only the parts above create. */
const UNUSED_TAGS = new Set([
  ...[18, 19], // dehydrated boundary, <SuspenseList>
  ...[26, 27], // resource in <head>; <html>, <head> and <body> themselves
  ...[30, 31], // <ViewTransition>, <Activity>
])
const HOST_TAG = 5

/** True only while a server-rendered page is being taken over. */
const ALWAYS_FALSE = 'isHydrating'
const RETURNS_FALSE = 'popHydrationState'

const UNUSED_STATEMENTS =
  /^(exports\.hydrateRoot|ReactDOMHydrationRoot\.prototype\.unstable|FragmentInstance\b).* = /

/** @returns {import('vite').Plugin} */
export function trimReactDom() {
  return {
    name: 'trim-react-dom',
    apply: 'build',
    transform: {
      filter: { id: FILE },
      handler(code) {
        const { edits, found } = findEdits(code, this.parse(code))
        const gone = [...EMPTIED.keys()].filter((name) => !found.has(name))
        if (gone.length > 0) this.error(`React DOM has no ${gone.join(', ')} any more.`)
        return { code: applied(code, edits) + REMOVED, map: null }
      },
    },
  }
}

const REMOVED = `function removed(name) { throw Error("trimReactDom.js removed " + name) }`
const EMPTIED = new Map([
  ...UNUSED_FUNCTIONS.map((name) => [name, `{ removed("${name}") }`]),
  ...WITHOUT_EFFECT.map((name) => [name, '{}']),
])

function findEdits(code, program) {
  const found = new Set()
  /** @type {[start: number, end: number, replacement: string][]} */
  const edits = []
  const replace = ({ start, end }, replacement) => edits.push([start, end, replacement])
  visit(program, (node, scope) => {
    switch (node.type) {
      case 'FunctionDeclaration':
        if (EMPTIED.has(node.id.name)) {
          found.add(node.id.name)
          replace(node.body, EMPTIED.get(node.id.name))
          return false
        }
        return !node.params.some(({ name }) => name === ALWAYS_FALSE)
      case 'ExpressionStatement':
        if (!UNUSED_STATEMENTS.test(code.slice(node.start, node.end).split('\n', 1)[0])) return true
        replace(node, '')
        return false
      case 'SwitchStatement':
        for (const unusedCase of unusedCases(node)) {
          replace(unusedCase, '')
          // What is declared in one case is used in others too.
          const names = declaredIn(unusedCase)
          const start = scope.body.start + 1
          if (names.length > 0) replace({ start, end: start }, `var ${names.join(', ')};`)
        }
        return true
      case 'AssignmentExpression':
        if (node.left.name !== ALWAYS_FALSE) return true
        replace(node, `(${code.slice(node.right.start, node.right.end)})`)
        return false
      case 'VariableDeclarator':
        if (node.id.name !== ALWAYS_FALSE) return true
        replace(node.id, `${ALWAYS_FALSE}$unused`)
        return false
      case 'CallExpression':
        if (node.callee.name !== RETURNS_FALSE) return true
        replace(node, 'false')
        return false
      case 'Identifier':
        if (node.name === ALWAYS_FALSE) replace(node, 'false')
        return false
      default:
        return true
    }
  })
  return { edits, found }
}

/** Cases of a switch over tags; one that an earlier case runs on into stays. */
function unusedCases({ discriminant, cases }) {
  const tests = cases.map(({ test }) => test?.value)
  const isOverTags =
    discriminant.property?.name === 'tag' || (tests.includes(HOST_TAG) && tests.includes(27))
  if (!isOverTags) return []
  const isUnused = (index) => UNUSED_TAGS.has(tests[index])
  return cases.filter(({ consequent }, index) => {
    if (!isUnused(index)) return false
    let before = index - 1
    while (before >= 0 && isUnused(before)) before -= 1
    return consequent.length === 0 || before < 0 || leaves(cases[before].consequent)
  })
}

/** Whether the statements never run on into what follows them. */
function leaves(statements) {
  const last = statements.at(-1)
  switch (last?.type) {
    case 'ReturnStatement':
    case 'ThrowStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true
    case 'BlockStatement':
      return leaves(last.body)
    case 'IfStatement':
      return last.alternate !== null && leaves([last.consequent]) && leaves([last.alternate])
    default:
      return false
  }
}

function declaredIn(tree) {
  /** @type {string[]} */
  const names = []
  visit(tree, (node) => {
    if (node.type === 'VariableDeclarator') names.push(node.id.name)
    return !isFunction(node)
  })
  return names
}

function isFunction({ type }) {
  return type === 'FunctionDeclaration' || type === 'FunctionExpression'
}

/**
 * Calls `enter` for each node, from the outside in, and with the innermost function around it; where it
 * returns false, the inside of the node is left out.
 */
function visit(node, enter, scope = undefined) {
  if (typeof node?.type !== 'string' || !enter(node, scope)) return
  const inner = isFunction(node) ? node : scope
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) value.forEach((one) => visit(one, enter, inner))
    else if (value !== null && typeof value === 'object') visit(value, enter, inner)
  }
}

/** Edits inside of others are dropped: their surroundings are gone. */
function applied(code, edits) {
  let result = ''
  let end = 0
  for (const [from, to, replacement] of edits.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from < end) continue
    result += code.slice(end, from) + replacement
    end = to
  }
  return result + code.slice(end)
}
