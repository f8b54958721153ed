import '@/locales/activate'

import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'

import { App } from '@/app/App'
import { Broken } from '@/app/CrashScreen'
import { recoverStyles } from '@/app/recoverStyles'
import { missingFeatures } from '@/lib/browser/range'
import { reportProblem } from '@/lib/browser/reportProblem'
import { createMessagingClient } from '@/messaging'
import '@/styles/index.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

// Until the application is drawn, #root holds a text that shows itself when that takes too long.
const missing = missingFeatures()
if (missing.length === 0) {
  recoverStyles()
  createRoot(root).render(<StrictMode>{application()}</StrictMode>)
} else {
  root.className = 'start-failed'
  // eslint-disable-next-line lingui/no-unlocalized-strings -- it joins the text of index.html
  root.querySelector('.start-late')?.prepend(`This browser lacks ${missing.join(', ')}. `)
}

function application(): ReactNode {
  try {
    return <App client={createMessagingClient()} />
  } catch (error) {
    reportProblem(error)
    return <Broken />
  }
}
