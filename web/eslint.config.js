import js from '@eslint/js'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import lingui from 'eslint-plugin-lingui'
import { defineConfig } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/**
 * Imports go one way: app → features → ui | messaging → api → contracts | lib.
 * Each folder lists the folders it must not know.
 */
const forbiddenFolders = {
  contracts: ['lib', 'api', 'messaging', 'ui', 'features', 'app'],
  lib: ['contracts', 'api', 'messaging', 'ui', 'features', 'app'],
  api: ['messaging', 'ui', 'features', 'app'],
  messaging: ['ui', 'features', 'app'],
  ui: ['api', 'messaging', 'features', 'app'],
  features: ['app'],
}

/** The same inside larger folders, for all but types: each sub-folder may use those in front of it. */
const orderedFolders = {
  messaging: 'api session tabs socket sync drafts outbox typing leader hooks'.split(' '),
  'features/chat': ['versions', 'actions', 'bubble', 'timeline', 'composer'],
}

const features = ['session', 'connection', 'conversations', 'chat', 'marketplace']

/** @param {string[]} files @param {string} regex @param {string} message */
const forbidImports = (files, regex, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
})

const layers = Object.entries(forbiddenFolders)
  .filter(([folder]) => folder !== 'features')
  .map(([folder, forbidden]) =>
    forbidImports(
      [`src/${folder}/**`],
      `^(@/|(\\.\\./)+)(${forbidden.join('|')})(/|$)`,
      `Imports go one way: ${folder} must not know ${forbidden.join(', ')}.`,
    ),
  )

const inOrder = Object.entries(orderedFolders).flatMap(([parent, folders]) =>
  folders.slice(0, -1).map((folder, index) => ({
    files: [`src/${parent}/${folder}/**`],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${folders.slice(index + 1).join('|')})/`,
              allowTypeImports: true,
              message: `The order inside ${parent} is ${folders.join(', ')}.`,
            },
          ],
        },
      ],
    },
  })),
)

const isolatedFeatures = features.map((feature) => {
  const others = features.filter((other) => other !== feature)
  return forbidImports(
    [`src/features/${feature}/**`],
    `^(@/app(/|$)|(\\.\\./)+app(/|$)|@/features(/|$)|(\\.\\./)+(${others.join('|')})(/|$))`,
    'A feature knows neither the app nor other features: share through messaging, ui or props.',
  )
})

/** What a browser of our range may lack, refuse, or withhold from pages that come by plain HTTP. */
const uncertain = [
  ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'crypto', 'BroadcastChannel'],
  ...['Notification', 'matchMedia', 'visualViewport', 'requestIdleCallback', 'reportError'],
]
const uncertainParts = [
  ...['Segmenter', 'DateTimeFormat', 'RelativeTimeFormat', 'ListFormat'].map((name) => [
    'Intl',
    name,
  ]),
  ...['locks', 'clipboard', 'serviceWorker', 'storage', 'share'].map((name) => ['navigator', name]),
  ...['matchMedia', 'requestIdleCallback'].map((name) => ['window', name]),
  ...['any', 'timeout'].map((name) => ['AbortSignal', name]),
  ...['canParse', 'parse'].map((name) => ['URL', name]),
  ...['groupBy'].map((name) => ['Object', name]),
  ...['withResolvers', 'try'].map((name) => ['Promise', name]),
]
const GUARD = 'It may be missing or throw: use it through lib/browser, which has an answer to that.'

/** Strings that nobody reads. Anything else goes into the catalogue. */
const notTexts = {
  useTsTypes: true,
  ignore: [
    // One word of code: an id, an address, an event, a selector.
    '^[a-z0-9_@#./:([*-][!-~]*$',
    // Class names: small letters, with a hyphen in the first word or the second.
    '^([a-z]+ )?[a-z]+-[^A-Z]*$',
    // A key of the keyboard, a method of HTTP.
    '^(Arrow[A-Z][a-z]+|[A-Z]+)$',
  ],
  ignoreNames: ['className', 'easing', 'name', 'rel'],
  ignoreFunctions: [
    ...['*Error', 'RegExp', 'classNames', 'mediaMatches', 'useMediaQuery', 'CSS.supports'],
    ...['*.querySelectorAll', '*headers.*', '*.types.includes'],
  ],
}

/** What lingui/no-unlocalized-strings takes for no text. */
const overlookedTexts = [
  'JSXAttribute[name.name=title] > Literal',
  // `${count} unread`
  ':not(TaggedTemplateExpression) > TemplateLiteral > TemplateElement[value.raw=/^ [a-z]/i]',
].map((selector) => ({ selector, message: 'A text for people goes into the catalogue: use t``.' }))

export default defineConfig(
  { ignores: ['dist', 'coverage'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-invalid-void-type': ['error', { allowInGenericTypeArguments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/lib/browser/**', 'src/**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-globals': ['error', ...uncertain.map((name) => ({ name, message: GUARD }))],
      'no-restricted-properties': [
        'error',
        ...uncertainParts.map(([object, property]) => ({ object, property, message: GUARD })),
      ],
    },
  },
  {
    files: ['src/contracts/types.ts'], // generated
    rules: {
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-empty-object-type': 'off',
    },
  },
  lingui.configs['flat/recommended'],
  {
    files: ['src/**'],
    ignores: ['src/contracts/**', 'src/**/*.test.{ts,tsx}'],
    rules: {
      'lingui/no-unlocalized-strings': ['error', notTexts],
      'no-restricted-syntax': ['error', ...overlookedTexts],
    },
  },
  ...layers,
  ...inOrder,
  ...isolatedFeatures,
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.{ts,tsx}', 'tests/**'],
    rules: {
      // A fixture may say what it knows to be there.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
)
