import { t } from '@lingui/core/macro'

import { copyText } from '@/lib/browser/clipboard'
import { useAnnounce } from '@/ui/notices/announce'
import { toastError } from '@/ui/notices/toast'

/** Copies a text and says whether that went well. */
export function useCopy(): (text: string) => void {
  const announce = useAnnounce()
  return (text) =>
    void copyText(text).then(
      () => announce(t`Copied.`),
      () => toastError(t`The text could not be copied.`),
    )
}
