import { t } from '@lingui/core/macro'
import { Bug } from 'lucide-react'
import { Component, type ReactNode } from 'react'

import { Button } from '@/ui/Button'
import { EmptyState } from '@/ui/EmptyState'

interface CrashScreenProps {
  children: ReactNode
  /** Another page may work: a new value tries again. */
  path?: string
}

/** Shown instead of a page, or of the whole app, that failed to render. */
export class CrashScreen extends Component<CrashScreenProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override componentDidUpdate({ path }: CrashScreenProps) {
    if (this.state.failed && path !== this.props.path) this.setState({ failed: false })
  }

  override render() {
    if (!this.state.failed) return this.props.children
    const broken = <Broken onRetry={() => this.setState({ failed: false })} />
    return this.props.path === undefined ? <main>{broken}</main> : broken
  }
}

/** When nothing else can be shown. */
export function Broken({ onRetry }: { onRetry?: () => void }) {
  const loadAgain = () => {
    // Offline, a reload would only show the browser's own error page.
    if (onRetry !== undefined && (navigator as Partial<Navigator>).onLine === false) onRetry()
    else window.location.reload()
  }
  return (
    <div className="flex min-h-[80vh] grow items-center justify-center">
      <EmptyState
        headingLevel={1}
        isFailure
        icon={Bug}
        title={t`Something broke on this page`}
        action={<Button onClick={loadAgain}>{t`Load again`}</Button>}
      >
        {t`Your messages are safe: what has not been sent yet is kept in this browser.`}
      </EmptyState>
    </div>
  )
}
