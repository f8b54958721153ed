"""Browser APIs that may be missing or refused, each with the script that takes it away before the page starts."""

import os
from collections.abc import Mapping

ONE_AT_A_TIME = bool(os.environ.get("ONE_AT_A_TIME"))  # else several that have nothing to do with each other at once

_DENIED = "throw new DOMException('denied', 'SecurityError')"


def _gone(*paths: str) -> str:
    """Delete properties, wherever in the prototype chain they are."""
    return "".join(
        f"""for (let owner = {path.rpartition(".")[0]}; owner; owner = Object.getPrototypeOf(owner))
            delete owner['{path.rpartition(".")[2]}'];"""
        for path in paths
    )


def _getter(path: str, body: str) -> str:
    owner, _, name = path.rpartition(".")
    return f"Object.defineProperty({owner}, '{name}', {{ configurable: true, get() {{ {body} }} }});"


def _method(path: str, body: str) -> str:
    return f"{path} = function () {{ {body} }};"


# The client works without any of these: browsers of the declared range lack them, or people switch them off.
REPLACED = {
    "localStorage throws": _getter("window.localStorage", _DENIED),
    "localStorage is null": _getter("window.localStorage", "return null"),
    "localStorage is missing": _gone("window.localStorage"),
    "localStorage is full": _method("Storage.prototype.setItem", "throw new DOMException('', 'QuotaExceededError')"),
    "localStorage fails to read": _method("Storage.prototype.getItem", _DENIED),
    "sessionStorage throws": _getter("window.sessionStorage", _DENIED),
    "indexedDB is missing": _gone("window.indexedDB"),
    "indexedDB throws": _getter("window.indexedDB", _DENIED),
    "indexedDB refuses to open": _method("IDBFactory.prototype.open", _DENIED)
    + _method("IDBFactory.prototype.deleteDatabase", _DENIED),
    "indexedDB never opens": _method("IDBFactory.prototype.open", "return new EventTarget()"),
    "indexedDB does not list its databases": _gone("IDBFactory.prototype.databases"),
    "localStorage, sessionStorage and indexedDB throw": _getter("window.localStorage", _DENIED)
    + _getter("window.sessionStorage", _DENIED)
    + _getter("window.indexedDB", _DENIED),
    "crypto": _gone("window.crypto"),
    "crypto.randomUUID and crypto.subtle": _gone("crypto.randomUUID", "crypto.subtle"),
    "Intl": _gone("window.Intl"),
    "Intl.Segmenter": _gone("Intl.Segmenter"),
    "Intl.RelativeTimeFormat": _gone("Intl.RelativeTimeFormat"),
    "Intl.DateTimeFormat": _gone("Intl.DateTimeFormat"),
    "Intl.NumberFormat": _gone("Intl.NumberFormat"),
    "Intl.ListFormat and Intl.PluralRules": _gone("Intl.ListFormat", "Intl.PluralRules", "Intl.DisplayNames"),
    "URL.canParse": _gone("URL.canParse", "URL.parse"),
    "AbortSignal.any and AbortSignal.timeout": _gone(
        "AbortSignal.any", "AbortSignal.timeout", "AbortSignal.prototype.throwIfAborted"
    ),
    "WebSocket": _gone("window.WebSocket"),
    "WebSocket throws": "window.WebSocket = function () { throw new DOMException('denied', 'SecurityError') };",
    "BroadcastChannel": _gone("window.BroadcastChannel"),
    "BroadcastChannel throws": "window.BroadcastChannel = function () { throw new DOMException('', 'SecurityError') };",
    "navigator.locks": _gone("navigator.locks"),
    "navigator.locks refuses": _method(
        "LockManager.prototype.request", "return Promise.reject(new DOMException('denied', 'SecurityError'))"
    ),
    "service workers, clipboard, notifications": _gone(
        "navigator.serviceWorker", "navigator.clipboard", "navigator.permissions", "window.Notification"
    ),
    "visualViewport": _gone("window.visualViewport"),
    "matchMedia": _gone("window.matchMedia"),
    "ResizeObserver": _gone("window.ResizeObserver"),
    "IntersectionObserver and MutationObserver": _gone("window.IntersectionObserver", "window.MutationObserver"),
    "popovers": _gone("HTMLElement.prototype.popover", "HTMLElement.prototype.showPopover"),
    "idle callbacks, reportError, network information": _gone(
        "window.requestIdleCallback", "window.reportError", "navigator.connection", "navigator.onLine"
    ),
    "the newest of the language": _gone(
        *("window.structuredClone", "Object.groupBy", "Map.groupBy", "Promise.withResolvers", "Promise.try"),
        *("String.prototype.isWellFormed", "String.prototype.toWellFormed", "Array.prototype.toSorted"),
        *("Array.prototype.toReversed", "Array.prototype.with", "Array.fromAsync", "document.startViewTransition"),
    ),
    "animations by script": _gone("Element.prototype.animate", "Element.prototype.getAnimations"),
}

# APIs that several removals concern: a visit gets at most one removal of each.
_FAMILIES = ("localStorage", "sessionStorage", "indexedDB", "crypto", "Intl", "WebSocket", "BroadcastChannel", "locks")


def rounds(removals: Mapping[str, str]) -> Mapping[str, str]:
    """Names and scripts of what is taken away in one visit."""
    if ONE_AT_A_TIME:
        return removals
    packed: list[dict[str, str]] = []
    for name, script in removals.items():
        families = [family for family in _FAMILIES if family in name]
        fitting = (names for names in packed if not any(family in other for other in names for family in families))
        one = next(fitting, None)
        if one is None:
            packed.append(one := {})
        one[name] = script
    return {", ".join(names): "".join(f"(() => {{ {script} }})();" for script in names.values()) for names in packed}


# Older than the range: the page says what it misses. No browser of the range lacks these.
REQUIRED = {
    "CSS color-mix": "CSS.supports = () => false;",
    "fetch": _gone("window.fetch"),
    "AbortController": _gone("window.AbortController"),
    "Array.at": _gone("Array.prototype.at"),
    "String.replaceAll": _gone("String.prototype.replaceAll"),
    "queueMicrotask": _gone("window.queueMicrotask"),
}
