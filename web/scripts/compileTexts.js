/**
 * Compiles the texts of the client: Lingui's macros (`t`, `msg`, `plural`, `<Trans>`) become calls that carry their
 * English text in the form of a compiled catalogue. So each page brings its own texts, nothing has to be loaded before
 * it can be drawn, and the parser of messages is not part of it.
 */
import { transformAsync, types } from '@babel/core'
import lingui from '@lingui/babel-plugin-lingui-macro'
import { compileMessage } from '@lingui/message-utils/compileMessage'

/** @param {string[]} locales @returns {import('vite').Plugin} */
export function compileTexts(locales) {
  // Catalogues find texts by their ids; while there is only English, nothing looks for them.
  const keepsIds = locales.length > 1
  return {
    name: 'compile-texts',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/, code: /@lingui\/(core|react)\/macro/ },
      handler: (code, id) =>
        transformAsync(code, {
          filename: id,
          configFile: false,
          babelrc: false,
          sourceMaps: true,
          parserOpts: { plugins: ['typescript', 'jsx'] },
          plugins: [
            [lingui, { stripMessageField: false }],
            [compileMessages, { keepsIds }],
          ],
        }),
    },
  }
}

/** `{ id: "nAXHE7", message: "{n} unread" }` becomes `{ message: [["n"], " unread"] }`. */
function compileMessages(_babel, { keepsIds }) {
  return {
    visitor: {
      ObjectExpression({ node }) {
        if (!node.leadingComments?.some(({ value }) => value === 'i18n')) return
        if (!keepsIds) node.properties = node.properties.filter(({ key }) => key.name !== 'id')
        const message = node.properties.find(({ key }) => key.name === 'message')
        if (types.isStringLiteral(message?.value)) message.value = compiled(message.value.value)
      },
    },
  }
}

/** @param {string} message */
function compiled(message) {
  const parts = compileMessage(message)
  const isPlain = parts.length === 1 && typeof parts[0] === 'string'
  return types.valueToNode(isPlain ? parts[0] : parts)
}
