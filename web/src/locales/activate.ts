import { i18n } from '@lingui/core'

import { supplyPlurals } from '@/lib/browser/plurals'

supplyPlurals()
// Texts are compiled when the client is built: one that is still a string stands for itself.
i18n.setMessagesCompiler((text) => [text])
i18n.loadAndActivate({ locale: 'en', messages: {} })
