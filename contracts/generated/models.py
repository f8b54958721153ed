"""Generated from contracts/ by `make generate`. Do not edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from pydantic import AwareDatetime, Field
from contracts.model import ContractModel
from typing_extensions import TypeAliasType
from contracts.model import CanonicalUuid as UUID


Contracts = TypeAliasType("Contracts", Annotated[Any, Field(title="Contracts")])


UserId = TypeAliasType(
    "UserId",
    Annotated[
        str,
        Field(
            description="A user's id at the marketplace; the `sub` of their token. Printable ASCII without spaces; neither `.` nor `..`.",
            max_length=255,
            min_length=1,
            pattern="^([!-,/-~-]|\\.[!-,/-~-]|\\.\\.[!-~])[!-~]*$",
            title="UserId",
        ),
    ],
)


SystemSenderId = TypeAliasType(
    "SystemSenderId",
    Annotated[
        Literal["marketplace:system"],
        Field(
            description="The `senderId` of system messages, which the marketplace posts. It is nobody's id: no access token for it is accepted.",
            title="SystemSenderId",
        ),
    ],
)


ItemId = TypeAliasType(
    "ItemId",
    Annotated[
        str,
        Field(
            description="An item's id at the marketplace. It is part of public paths: printable ASCII without spaces, and without `/`, `\\` and `%`, which servers interpret differently; neither `.` nor `..`.",
            max_length=255,
            min_length=1,
            pattern="^([!-$&-,0-\\[\\]-~-]|\\.[!-$&-,0-\\[\\]-~-]|\\.\\.[!-$&-.0-\\[\\]-~])[!-$&-.0-\\[\\]-~]*$",
            title="ItemId",
        ),
    ],
)


ConversationId = TypeAliasType(
    "ConversationId",
    Annotated[
        UUID,
        Field(
            description="A conversation between one buyer and one seller about one item. Case does not matter; braces, `urn:uuid:` and digits without hyphens are rejected.",
            title="ConversationId",
        ),
    ],
)


MessageId = TypeAliasType(
    "MessageId",
    Annotated[UUID, Field(description="A stored message.", title="MessageId")],
)


ClientMessageId = TypeAliasType(
    "ClientMessageId",
    Annotated[
        str,
        Field(
            description="Chosen by the client, unique per sender and conversation. Sending again with the same id returns the stored message instead of storing another.",
            max_length=64,
            min_length=1,
            pattern="^[A-Za-z0-9_.:@-]+$",
            title="ClientMessageId",
        ),
    ],
)


Seq = TypeAliasType(
    "Seq",
    Annotated[
        int,
        Field(
            description="A message's number in its conversation: 1, 2, 3 … without gaps.",
            ge=1,
            le=9007199254740991,
            title="Seq",
        ),
    ],
)


Watermark = TypeAliasType(
    "Watermark",
    Annotated[
        int,
        Field(
            description="A read mark: the highest seq that a participant has read; 0 for none.",
            ge=0,
            le=9007199254740991,
            title="Watermark",
        ),
    ],
)


Count = TypeAliasType(
    "Count", Annotated[int, Field(ge=0, le=9007199254740991, title="Count")]
)


ExpectedVersion = TypeAliasType(
    "ExpectedVersion",
    Annotated[
        int,
        Field(
            description="The `version` of the message whose text is meant; 0 if it has none. Changes of anything but the text, such as reactions, do not matter.",
            ge=0,
            le=2147483647,
            title="ExpectedVersion",
        ),
    ],
)


MessageText = TypeAliasType(
    "MessageText",
    Annotated[
        str,
        Field(
            description="The text of a message; its length counts Unicode characters. At least one character must be visible, and NUL is not allowed. White space, control and format characters, and those that Unicode calls default ignorable, are invisible.",
            max_length=4000,
            min_length=1,
            pattern="^[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\\u0000]*$",
            title="MessageText",
        ),
    ],
)


Emoji = TypeAliasType(
    "Emoji",
    Annotated[
        str,
        Field(
            description="Exactly one emoji, in the fully-qualified form that Unicode recommends for general interchange (RGI, Emoji 18.0). The pattern lists them.",
            max_length=16,
            min_length=1,
            pattern="^(?:[#*0-9]\\ufe0f\\u20e3|[©®‼⁉™ℹ↔-↙↩↪⌨⏏⏭-⏯⏱⏲⏸-⏺Ⓜ▪▫▶◀◻◼☀-☄☎☑☘☠☢☣☦☪☮☯☸-☺♀♂♟♠♣♥♦♨♻♾⚒⚔-⚗⚙⚛⚜⚠⚧⚰⚱⛈⛏⛑⛩⛰⛱⛴⛷⛸✂✈✉✏✒✔✖✝✡✳✴❄❇❣➡⤴⤵⬅-⬇〰〽㊗㊙🅰🅱🅾🅿🈂🈷🌡🌤-🌬🌶🍽🎖🎗🎙-🎛🎞🎟🏍🏎🏔-🏟🏵🏷🐿📽🕉🕊🕯🕰🕳🕶-🕹🖇🖊-🖍🖥🖨🖱🖲🖼🗂-🗄🗑-🗓🗜-🗞🗡🗣🗨🗯🗳🗺🛋🛍-🛏🛠-🛥🛩🛰🛳]\\ufe0f|[⌚⌛⏩-⏬⏰⏳◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✨❌❎❓-❕❗➕-➗➰➿⬛⬜⭐⭕🀄🃏🆎🆑-🆚🈁🈚🈯🈲-🈶🈸-🈺🉐🉑🌀-🌠🌭-🌵🌷-🍃🍅-🍊🍌-🍼🍾-🎄🎆-🎓🎠-🏁🏅🏆🏈🏉🏏-🏓🏠-🏰🏸-🏺🐀-🐇🐉-🐔🐖-🐥🐧-🐺🐼-🐾👀👄👅👑-👥👪👹-👻👽-💀💄💈-💎💐💒-💩💫-📼📿-🔽🕋-🕎🕐-🕧🖤🗻-😭😯-😴😷-🙁🙃🙄🙈-🙊🚀-🚢🚤-🚳🚷-🚿🛁-🛅🛐-🛒🛕-\U0001f6d9🛜-🛟🛫🛬🛴-🛼🟠-🟫🟰🤍🤎🤐-🤗🤠-🤥🤧-🤯🤺🤿-🥅🥇-🥶🥸-🦯🦴🦷🦺🦼-🧌🧐🧠-🧿🩰-🩼🪀-🫂🫆🫈\U0001facc-\U0001fadd🫟-\U0001faeb🫯]|[☝✌✍🕴🖐][\\ufe0f🏻-🏿]|⛓\\ufe0f(?:\\u200d💥)?|[⛹🏋🏌🕵][\\ufe0f🏻-🏿](?:\\u200d[♀♂]\\ufe0f)?|[✊✋🎅🏂🏇👂👃👆-👐👦👧👫-👭👲👴-👶👸👼💃💅💏💑💪🕺🖕🖖🙌🙏🛀🛌🤌🤏🤘-🤟🤰-🤴🤶🥷🦵🦶🦻🧒🧓🧕🫃-🫅🫰🫲-\U0001fafa][🏻-🏿]?|❤\\ufe0f(?:\\u200d[🔥🩹])?|🇦[🇨-🇬🇮🇱🇲🇴🇶-🇺🇼🇽🇿]|🇧[🇦🇧🇩-🇯🇱-🇴🇶-🇹🇻🇼🇾🇿]|🇨[🇦🇨🇩🇫-🇮🇰-🇷🇺-🇿]|🇩[🇪🇬🇯🇰🇲🇴🇿]|🇪[🇦🇨🇪🇬🇭🇷-🇺]|🇫[🇮-🇰🇲🇴🇷]|🇬[🇦🇧🇩-🇮🇱-🇳🇵-🇺🇼🇾]|🇭[🇰🇲🇳🇷🇹🇺]|🇮[🇨-🇪🇱-🇴🇶-🇹]|🇯[🇪🇲🇴🇵]|🇰[🇪🇬-🇮🇲🇳🇵🇷🇼🇾🇿]|🇱[🇦-🇨🇮🇰🇷-🇻🇾]|🇲[🇦🇨-🇭🇰-🇿]|🇳[🇦🇨🇪-🇬🇮🇱🇴🇵🇷🇺🇿]|🇴🇲|🇵[🇦🇪-🇭🇰-🇳🇷-🇹🇼🇾]|🇶🇦|🇷[🇪🇴🇸🇺🇼]|🇸[🇦-🇪🇬-🇴🇷-🇹🇻🇽-🇿]|🇹[🇦🇨🇩🇫-🇭🇯-🇴🇷🇹🇻🇼🇿]|🇺[🇦🇬🇲🇳🇸🇾🇿]|🇻[🇦🇨🇪🇬🇮🇳🇺]|🇼[🇫🇸]|🇽🇰|🇾[🇪🇹]|🇿[🇦🇲🇼]|🍄(?:\\u200d🟫)?|🍋(?:\\u200d🟩)?|[🏃🚶🧎](?:\\u200d(?:[♀♂]\\ufe0f(?:\\u200d➡\\ufe0f)?|➡\\ufe0f)|[🏻-🏿](?:\\u200d(?:[♀♂]\\ufe0f(?:\\u200d➡\\ufe0f)?|➡\\ufe0f))?)?|[🏄🏊👮-👱👳👷💁💂💆💇🙅-🙇🙋🙍🙎🚣🚴🚵🤦🤵🤷-🤹🤼-🤾🦸🦹🧍🧏🧔🧖-🧝](?:\\u200d[♀♂]\\ufe0f|[🏻-🏿](?:\\u200d[♀♂]\\ufe0f)?)?|🏳\\ufe0f(?:\\u200d(?:⚧\\ufe0f|🌈))?|🏴(?:\\u200d☠\\ufe0f|\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067\U000e007f|\U000e0073\U000e0063\U000e0074\U000e007f|\U000e0077\U000e006c\U000e0073\U000e007f))?|🐈(?:\\u200d⬛)?|🐕(?:\\u200d🦺)?|🐦(?:\\u200d[⬛🔥])?|🐻(?:\\u200d❄\\ufe0f)?|👁\\ufe0f(?:\\u200d🗨\\ufe0f)?|👨(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨|💋\\u200d👨)|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|👦(?:\\u200d👦)?|👧(?:\\u200d[👦👧])?|[👨👩]\\u200d(?:👦(?:\\u200d👦)?|👧(?:\\u200d[👦👧])?)|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?)|🏻(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨[🏻-🏿]|💋\\u200d👨[🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🤝🫯]\\u200d👨[🏼-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏼(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨[🏻-🏿]|💋\\u200d👨[🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🤝🫯]\\u200d👨[🏻🏽-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏽(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨[🏻-🏿]|💋\\u200d👨[🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🤝🫯]\\u200d👨[🏻🏼🏾🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏾(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨[🏻-🏿]|💋\\u200d👨[🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🤝🫯]\\u200d👨[🏻-🏽🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏿(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:👨[🏻-🏿]|💋\\u200d👨[🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🤝🫯]\\u200d👨[🏻-🏾]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?)?|👩(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩]|💋\\u200d[👨👩])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|👦(?:\\u200d👦)?|👧(?:\\u200d[👦👧])?|👩\\u200d(?:👦(?:\\u200d👦)?|👧(?:\\u200d[👦👧])?)|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?)|🏻(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩][🏻-🏿]|💋\\u200d[👨👩][🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🫯]\\u200d👩[🏼-🏿]|🤝\\u200d[👨👩][🏼-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏼(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩][🏻-🏿]|💋\\u200d[👨👩][🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🫯]\\u200d👩[🏻🏽-🏿]|🤝\\u200d[👨👩][🏻🏽-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏽(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩][🏻-🏿]|💋\\u200d[👨👩][🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🫯]\\u200d👩[🏻🏼🏾🏿]|🤝\\u200d[👨👩][🏻🏼🏾🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏾(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩][🏻-🏿]|💋\\u200d[👨👩][🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🫯]\\u200d👩[🏻-🏽🏿]|🤝\\u200d[👨👩][🏻-🏽🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏿(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:[👨👩][🏻-🏿]|💋\\u200d[👨👩][🏻-🏿])|[🌾🍳🍼🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳]|[🐰🫯]\\u200d👩[🏻-🏾]|🤝\\u200d[👨👩][🏻-🏾]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?)?|😮(?:\\u200d💨)?|😵(?:\\u200d💫)?|😶(?:\\u200d🌫\\ufe0f)?|🙂(?:\\u200d[↔↕]\\ufe0f)?|🧑(?:\\u200d(?:[⚕⚖✈]\\ufe0f|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|🤝\\u200d🧑|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?|🧑\\u200d🧒(?:\\u200d🧒)?|🧒(?:\\u200d🧒)?)|🏻(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:💋\\u200d🧑[🏼-🏿]|🧑[🏼-🏿])|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|[🐰🫯]\\u200d🧑[🏼-🏿]|🤝\\u200d🧑[🏻-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏼(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:💋\\u200d🧑[🏻🏽-🏿]|🧑[🏻🏽-🏿])|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|[🐰🫯]\\u200d🧑[🏻🏽-🏿]|🤝\\u200d🧑[🏻-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏽(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:💋\\u200d🧑[🏻🏼🏾🏿]|🧑[🏻🏼🏾🏿])|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|[🐰🫯]\\u200d🧑[🏻🏼🏾🏿]|🤝\\u200d🧑[🏻-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏾(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:💋\\u200d🧑[🏻-🏽🏿]|🧑[🏻-🏽🏿])|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|[🐰🫯]\\u200d🧑[🏻-🏽🏿]|🤝\\u200d🧑[🏻-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?|🏿(?:\\u200d(?:[⚕⚖✈]\\ufe0f|❤\\ufe0f\\u200d(?:💋\\u200d🧑[🏻-🏾]|🧑[🏻-🏾])|[🌾🍳🍼🎄🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒🦰-🦳🩰]|[🐰🫯]\\u200d🧑[🏻-🏾]|🤝\\u200d🧑[🏻-🏿]|[🦯🦼🦽](?:\\u200d➡\\ufe0f)?))?)?|[🧞🧟](?:\\u200d[♀♂]\\ufe0f)?|🫱(?:🏻(?:\\u200d🫲[🏼-🏿])?|🏼(?:\\u200d🫲[🏻🏽-🏿])?|🏽(?:\\u200d🫲[🏻🏼🏾🏿])?|🏾(?:\\u200d🫲[🏻-🏽🏿])?|🏿(?:\\u200d🫲[🏻-🏾])?)?)$",
            title="Emoji",
        ),
    ],
)


Locale = TypeAliasType(
    "Locale",
    Annotated[
        str,
        Field(
            description="A language, possibly with a script or region, as in BCP 47: `de`, `pt-BR`, `zh-Hant`.",
            max_length=35,
            pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$",
            title="Locale",
        ),
    ],
)


HttpsUrl = TypeAliasType(
    "HttpsUrl",
    Annotated[
        str,
        Field(
            description="An https address with a host and without user information; otherwise as Url.",
            max_length=2048,
            pattern="^https://[^/?#@:\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb][^/?#@\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*([/?#][^\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*)?$",
            title="HttpsUrl",
        ),
    ],
)


SystemText = TypeAliasType(
    "SystemText",
    Annotated[
        str,
        Field(
            description="A text of a system message in one language; plain text.",
            max_length=1000,
            min_length=1,
            pattern="^[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\\u0000]*$",
            title="SystemText",
        ),
    ],
)


TextAdditionalProperty = TypeAliasType(
    "TextAdditionalProperty", Annotated[str, Field(min_length=1)]
)


class MessageCard(ContractModel):
    """The translations, facts and link of a system message."""

    text: Annotated[
        dict[str, TextAdditionalProperty] | None,
        Field(
            description="The text by language (BCP 47). Show the reader's language, else the message's `content`."
        ),
    ] = None
    params: Annotated[
        dict[str, Any] | None,
        Field(
            description="The facts behind the text, by the names of the kind's schema. Data, never markup."
        ),
    ] = None
    link: Annotated[
        str | None,
        Field(
            description="An https address, such as that of the order. Show its host.",
            min_length=1,
        ),
    ] = None


Timestamp = TypeAliasType(
    "Timestamp",
    Annotated[
        AwareDatetime,
        Field(description="RFC 3339, UTC, microseconds.", title="Timestamp"),
    ],
)


Ref = TypeAliasType(
    "Ref",
    Annotated[
        str,
        Field(
            description="Chosen by the client; repeated in the frame that answers this one.",
            max_length=64,
            min_length=1,
            title="Ref",
        ),
    ],
)


SyncToken = TypeAliasType(
    "SyncToken",
    Annotated[
        str,
        Field(
            description="Stands for everything a client has received so far; `resume` returns what came after. Opaque, except on pushed frames of a log with several shards: a token that begins with `~` is partial and replaces one part of the token that the client holds (docs/delivery-contract.md).",
            max_length=4096,
            min_length=3,
            pattern="^~?[A-Za-z0-9_.-]+$",
            title="SyncToken",
        ),
    ],
)


Shard = TypeAliasType(
    "Shard",
    Annotated[
        int,
        Field(
            description="A shard of the log. A conversation always stays in one shard.",
            ge=0,
            le=1023,
            title="Shard",
        ),
    ],
)


Position = TypeAliasType(
    "Position",
    Annotated[
        int,
        Field(
            description="A batch's number in its shard of the log: 1, 2, 3 … without gaps; 0 is before the first.",
            ge=0,
            le=9007199254740991,
            title="Position",
        ),
    ],
)


Epoch = TypeAliasType(
    "Epoch",
    Annotated[
        str,
        Field(
            description="Identifies one history of the log. It changes by itself when a standby takes over or the database is restored from a backup, because positions may then go back.",
            max_length=32,
            min_length=1,
            pattern="^[A-Za-z0-9_]+$",
            title="Epoch",
        ),
    ],
)


Role = TypeAliasType("Role", Annotated[Literal["buyer", "seller"], Field(title="Role")])


Url = TypeAliasType(
    "Url",
    Annotated[
        str,
        Field(
            description="An http or https address with a host and without user information, or a path on the same site (not `//`, which is another host). No white space, control, invisible or direction-changing characters, no backslash. Pages never contain any other address.",
            max_length=2048,
            min_length=1,
            pattern="^(https?://[^/?#@:\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb][^/?#@\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*([/?#][^\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*)?|/([^/\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb][^\\u0000-\\u0020\\\\\\u007f-\\u00a0\\u00ad\\u061c\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff\\ufff9-\\ufffb]*)?)$",
            title="Url",
        ),
    ],
)


PersonName = TypeAliasType(
    "PersonName",
    Annotated[
        str,
        Field(
            max_length=200,
            min_length=1,
            pattern="^[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\\u0000]*$",
            title="PersonName",
        ),
    ],
)


ItemTitle = TypeAliasType(
    "ItemTitle",
    Annotated[
        str,
        Field(
            max_length=300,
            min_length=1,
            pattern="^[\\u0001-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff]*[^\\u0000-\\u0020\\u007f-\\u00a0\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u1680\\u17b4-\\u17b5\\u180b-\\u180f\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u206f\\u2800\\u3000\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\U00013430-\U0001343f𖿤\U0001bca0-\U0001bca3𝅙\U0001d173-\U0001d17a\U000e0000-\U000e0fff][^\\u0000]*$",
            title="ItemTitle",
        ),
    ],
)


ItemDescription = TypeAliasType(
    "ItemDescription",
    Annotated[
        str,
        Field(
            description="Plain text, no markup; line breaks are kept. A text without visible characters counts as absent.",
            max_length=10000,
            pattern="^[^\\u0000]*$",
            title="ItemDescription",
        ),
    ],
)


ItemStatus = TypeAliasType(
    "ItemStatus",
    Annotated[
        Literal["available", "reserved", "sold", "removed"], Field(title="ItemStatus")
    ],
)


class Price(ContractModel):
    amount: Annotated[
        str,
        Field(
            description="Decimal, exact: a string, never a float.",
            pattern="^[0-9]{1,12}(\\.[0-9]{1,4})?$",
        ),
    ]
    currency: Annotated[str, Field(description="ISO 4217.", pattern="^[A-Z]{3}$")]


class Person(ContractModel):
    id: UserId
    name: Annotated[str, Field(min_length=1)]
    avatar_url: Url | None


class Item(ContractModel):
    id: ItemId
    seller_id: UserId
    title: Annotated[str, Field(min_length=1)]
    price: Price | None
    image_url: Url | None
    status: ItemStatus


class DetailedItem(ContractModel):
    """One item with its description and all its pictures, which lists omit. Both are absent if there are none."""

    id: ItemId
    seller_id: UserId
    title: Annotated[str, Field(min_length=1)]
    price: Price | None
    image_url: Url | None
    status: ItemStatus
    description: ItemDescription | None = None
    more_image_urls: Annotated[
        list[Url] | None,
        Field(
            description="The pictures after the cover `imageUrl`, in order, without duplicates. Absent: none.",
            max_length=20,
        ),
    ] = None


class Reaction(ContractModel):
    user_id: UserId
    emoji: Annotated[
        str,
        Field(
            description="As it was stored, possibly one that Emoji does not list.",
            min_length=1,
        ),
    ]


class Message(ContractModel):
    id: MessageId
    seq: Seq
    content: Annotated[
        str,
        Field(
            description="As it was stored, possibly under other limits than those of MessageText today.",
            min_length=1,
        ),
    ]
    sender_id: UserId
    client_message_id: ClientMessageId
    created_at: Timestamp
    reply_to: Annotated[
        Seq | None,
        Field(
            description="The message of the same conversation that it answers. Show that message as it is now: nothing of it is copied."
        ),
    ] = None
    kind: Annotated[
        str | None,
        Field(
            description="Absent for a person's text. Show the `content` of a kind that you do not know.",
            pattern="^[a-z][a-z_.]{0,63}$",
        ),
    ] = None
    version: Annotated[
        int | None,
        Field(
            description="Rises with every change of the message; absent is 0. Whatever order changes arrive in, keep the one with the highest version.",
            ge=1,
            le=2147483647,
        ),
    ] = None
    edited_at: Annotated[
        Timestamp | None,
        Field(description="When its text changed last; absent if it never did."),
    ] = None
    reactions: Annotated[
        list[Reaction] | None,
        Field(
            description="What people think of it: at most one per person, those who reacted first come first. Absent if there are none.",
            min_length=1,
        ),
    ] = None
    card: MessageCard | None = None
    deleted: Annotated[
        Literal[True] | None,
        Field(
            description="Its sender deleted it for both people: it has nothing but its ids, its time, and a `content` for clients that do not know this field. Absent otherwise."
        ),
    ] = None


class ConversationView(ContractModel):
    """One participant's own settings for a conversation. Nobody else is told of them."""

    muted: Annotated[
        bool,
        Field(
            description="No message in it notifies the person. It counts as unread all the same."
        ),
    ]


class ConversationFacts(ContractModel):
    """A conversation as both participants see it, without messages and read state."""

    id: ConversationId
    buyer: Person
    seller: Person
    item: Item
    created_at: Timestamp


class FieldError(ContractModel):
    field: Annotated[
        str,
        Field(
            description="Dotted path, as on the wire; empty for the whole body.",
            max_length=200,
        ),
    ]
    message: Annotated[str, Field(max_length=500)]


class ConversationPersonalEventData(ContractModel):
    conversation_id: ConversationId
    view: ConversationView
    recipients: Annotated[
        list[UserId],
        Field(
            description="The one person whose view it is: on all of their devices, and nobody else's.",
            max_length=1,
            min_length=1,
        ),
    ]


class ConversationPersonalEvent(ContractModel):
    """A participant changed what holds for them alone: their view of the conversation, as it is now. The other one receives nothing of it. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["conversation.personal.v1"] = "conversation.personal.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[
        ConversationPersonalEventData, Field(title="ConversationPersonalEventData")
    ]


class ConversationReadEventData(ContractModel):
    conversation_id: ConversationId
    reader_id: UserId
    last_read_seq: Watermark
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]


class ConversationReadEvent(ContractModel):
    """A participant's read mark rose. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["conversation.read.v1"] = "conversation.read.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[ConversationReadEventData, Field(title="ConversationReadEventData")]


class ConversationStartedEventData(ContractModel):
    conversation: ConversationFacts
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]


class ConversationStartedEvent(ContractModel):
    """A buyer contacted a seller about an item. Sent to each of them once: to the buyer immediately, to the seller just before the first message. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["conversation.started.v1"] = "conversation.started.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[
        ConversationStartedEventData, Field(title="ConversationStartedEventData")
    ]


class ConversationUpdatedEventData(ContractModel):
    conversation: ConversationFacts
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]


class ConversationUpdatedEvent(ContractModel):
    """The item or a participant of a conversation changed. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["conversation.updated.v1"] = "conversation.updated.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[
        ConversationUpdatedEventData, Field(title="ConversationUpdatedEventData")
    ]


class MessageChangedEventData(ContractModel):
    conversation_id: ConversationId
    item_id: ItemId
    message: Message
    change: Annotated[
        str,
        Field(
            description="What was done, by the message's sender unless it is `reacted`. Do not decide by it what the message is now: `message` says that.",
            pattern="^[a-z][a-z_]{0,31}$",
        ),
    ]
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]


class MessageChangedEvent(ContractModel):
    """A stored message changed. It is carried whole, as it is after the change. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["message.changed.v1"] = "message.changed.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[MessageChangedEventData, Field(title="MessageChangedEventData")]


class MessageSentEventData(ContractModel):
    conversation_id: ConversationId
    item_id: ItemId
    message: Message
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]
    muted_by: Annotated[
        list[UserId] | None,
        Field(
            description="The recipients who had muted the conversation when it was sent: they are not notified. Absent if nobody had. Clients never receive it.",
            max_length=16,
            min_length=1,
        ),
    ] = None


class MessageSentEvent(ContractModel):
    """A message was committed. It also raises its sender's read mark to its seq. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["message.sent.v1"] = "message.sent.v1"
    time: Timestamp
    shard: Shard
    pos: Position
    idx: Annotated[
        int, Field(description="The event's index in its batch.", ge=0, le=1023)
    ]
    data: Annotated[MessageSentEventData, Field(title="MessageSentEventData")]


LogEvent = TypeAliasType(
    "LogEvent",
    Annotated[
        ConversationPersonalEvent
        | ConversationReadEvent
        | ConversationStartedEvent
        | ConversationUpdatedEvent
        | MessageChangedEvent
        | MessageSentEvent,
        Field(
            description="Every event of the log, discriminated by `type`.",
            discriminator="type",
            title="LogEvent",
        ),
    ],
)


class LogHeadEventData(ContractModel):
    epoch: Epoch
    shard: Shard
    pos: Position


class LogHeadEvent(ContractModel):
    """A beacon, sent every second: the head of a shard's log. A consumer that is behind reads the log. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["log.head.v1"] = "log.head.v1"
    time: Timestamp
    data: Annotated[LogHeadEventData, Field(title="LogHeadEventData")]


class ItemDeletedEventData(ContractModel):
    id: ItemId


class ItemDeletedEvent(ContractModel):
    """The marketplace deleted an item. Its conversations are kept; its status becomes `removed`. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["marketplace.item.deleted.v1"] = "marketplace.item.deleted.v1"
    time: Timestamp
    data: Annotated[ItemDeletedEventData, Field(title="ItemDeletedEventData")]


MoreImageUrls = TypeAliasType(
    "MoreImageUrls",
    Annotated[
        list[Url],
        Field(
            description="The pictures after the cover `imageUrl`, in order; duplicates are ignored. Without an `imageUrl` the first of them becomes the cover. Like every optional field, it replaces the stored value; absent or null: no more pictures.",
            max_length=20,
        ),
    ],
)


class ItemUpsertedEventData(ContractModel):
    id: ItemId
    seller_id: UserId
    title: ItemTitle
    description: Annotated[
        ItemDescription | None,
        Field(
            description="Like every optional field, it replaces the stored value; absent, null or empty: no description."
        ),
    ] = None
    price: Price | None = None
    image_url: Url | None = None
    more_image_urls: Annotated[
        MoreImageUrls | None,
        Field(
            description="The pictures after the cover `imageUrl`, in order; duplicates are ignored. Without an `imageUrl` the first of them becomes the cover. Like every optional field, it replaces the stored value; absent or null: no more pictures."
        ),
    ] = None
    status: ItemStatus | None = "available"


class ItemUpsertedEvent(ContractModel):
    """The marketplace added or changed an item. The newest `time` wins; at equal times, a deletion, then the greater content. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["marketplace.item.upserted.v1"] = "marketplace.item.upserted.v1"
    time: Timestamp
    data: Annotated[ItemUpsertedEventData, Field(title="ItemUpsertedEventData")]


class UserDeletedEventData(ContractModel):
    id: UserId


class UserDeletedEvent(ContractModel):
    """The marketplace deleted a user. Their conversations are kept; their name and picture are removed. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["marketplace.user.deleted.v1"] = "marketplace.user.deleted.v1"
    time: Timestamp
    data: Annotated[UserDeletedEventData, Field(title="UserDeletedEventData")]


class UserUpsertedEventData(ContractModel):
    id: UserId
    name: PersonName
    avatar_url: Url | None = None


class UserUpsertedEvent(ContractModel):
    """The marketplace added or changed a user. The newest `time` wins; at equal times, a deletion, then the greater content. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["marketplace.user.upserted.v1"] = "marketplace.user.upserted.v1"
    time: Timestamp
    data: Annotated[UserUpsertedEventData, Field(title="UserUpsertedEventData")]


OpenedAtItem = TypeAliasType(
    "OpenedAtItem", Annotated[int, Field(ge=0, le=9007199254740991)]
)


class SocketsCountedEventData(ContractModel):
    replica: Annotated[
        str,
        Field(description="The replica that holds them.", max_length=128, min_length=1),
    ]
    user_id: UserId
    opened_at: Annotated[
        list[OpenedAtItem],
        Field(
            description="When each socket was opened, in milliseconds of Unix time; the newest 1,000. Empty: none of its sockets count any longer.",
            max_length=1000,
        ),
    ]


class SocketsCountedEvent(ContractModel):
    """The sockets of a user on one delivery replica, so that their number can be limited over all replicas. Sent while the user has more than a few, and once more afterwards. Neither stored nor durable. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["sockets.counted.v1"] = "sockets.counted.v1"
    time: Timestamp
    data: Annotated[SocketsCountedEventData, Field(title="SocketsCountedEventData")]


class TypingEventData(ContractModel):
    conversation_id: ConversationId
    user_id: UserId
    is_typing: bool
    recipients: Annotated[
        list[UserId],
        Field(
            description="Users whose sockets receive it.", max_length=16, min_length=1
        ),
    ]


class TypingEvent(ContractModel):
    """A participant started or stopped typing. Neither stored nor durable. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["typing.v1"] = "typing.v1"
    time: Timestamp
    data: Annotated[TypingEventData, Field(title="TypingEventData")]


class Authenticate(ContractModel):
    """Replace the access token before it expires, without reconnecting. The user must be the same. Answered by `authenticated`."""

    type: Literal["authenticate"] = "authenticate"
    access_token: Annotated[str, Field(max_length=8192, min_length=1)]
    ref: Ref | None = None


class DeleteMessage(ContractModel):
    """Delete one's own message for both people, for some time after it was sent: its text is gone, its seq stays. Answered by `message_changed` after it is committed, or by `error`. A message that is deleted already is answered like one deleted now: without an answer, send it again."""

    type: Literal["delete_message"] = "delete_message"
    conversation_id: ConversationId
    seq: Seq
    ref: Ref | None = None


class DeleteMessageCommand(ContractModel):
    """Delete a message for both people."""

    kind: Literal["delete_message"] = "delete_message"
    user_id: UserId
    conversation_id: ConversationId
    seq: Seq


class EditMessage(ContractModel):
    """Change the text of one's own message, for some time after it was sent. Answered by `message_changed` after it is committed, or by `error`; `version_conflict` says that the text was changed after `expectedVersion`. Without an answer, send it again."""

    type: Literal["edit_message"] = "edit_message"
    conversation_id: ConversationId
    seq: Seq
    expected_version: ExpectedVersion
    message: MessageText
    ref: Ref | None = None


class EditMessageCommand(ContractModel):
    """Change the text of a message, if that is still the text of `expectedVersion`."""

    kind: Literal["edit_message"] = "edit_message"
    user_id: UserId
    conversation_id: ConversationId
    seq: Seq
    expected_version: ExpectedVersion
    content: MessageText


class PatchMessage(ContractModel):
    """Body of PATCH /api/conversations/{id}/messages/{seq}."""

    expected_version: ExpectedVersion
    content: MessageText


class JoinConversation(ContractModel):
    """This socket shows a conversation. Answered by `joined`; from then on it receives the other participant's `typing`. Messages arrive on every socket without joining."""

    type: Literal["join_conversation"] = "join_conversation"
    conversation_id: ConversationId
    ref: Ref | None = None


class LeaveConversation(ContractModel):
    """This socket no longer shows a conversation. Answered by `left`. Messages still arrive."""

    type: Literal["leave_conversation"] = "leave_conversation"
    conversation_id: ConversationId
    ref: Ref | None = None


class MarkRead(ContractModel):
    """The user has read up to `seq` (without it: everything stored so far). The read mark never falls; a seq past the last one counts as the last one. Answered by `read`."""

    type: Literal["mark_read"] = "mark_read"
    conversation_id: ConversationId
    seq: Seq | None = None
    ref: Ref | None = None


class MarkReadCommand(ContractModel):
    """Raise a read mark; without `seq`, to the last message."""

    kind: Literal["mark_read"] = "mark_read"
    user_id: UserId
    conversation_id: ConversationId
    seq: Seq | None = None


class PutReadState(ContractModel):
    """Body of PUT /api/conversations/{id}/read. Without `seq`: everything stored so far."""

    seq: Seq | None = None


class MuteConversation(ContractModel):
    """Mute a conversation for oneself, or unmute it: a muted one notifies of no message. Messages arrive and count as unread as before, and the other person is not told. Answered by `view_changed` after it is committed, or by `error`; it can be repeated safely."""

    type: Literal["mute_conversation"] = "mute_conversation"
    conversation_id: ConversationId
    muted: bool
    ref: Ref | None = None


class MuteConversationCommand(ContractModel):
    """Mute a conversation for one person, or unmute it."""

    kind: Literal["mute_conversation"] = "mute_conversation"
    user_id: UserId
    conversation_id: ConversationId
    muted: bool


class PutMute(ContractModel):
    """Body of PUT /api/conversations/{id}/mute."""

    muted: bool


class Ping(ContractModel):
    """Checks that the server responds. For browsers, which cannot see protocol pings. Answered by `pong`."""

    type: Literal["ping"] = "ping"
    ref: Ref | None = None


class React(ContractModel):
    """Put one's own reaction on a message of either person, or remove it. Everybody has at most one per message: another emoji replaces it. Answered by `message_changed` after it is committed, or by `error`; it can be repeated safely. A reaction raises the `version` of the message, but no edit conflicts with it."""

    type: Literal["react"] = "react"
    conversation_id: ConversationId
    seq: Seq
    emoji: Annotated[Emoji | None, Field(description="Null removes the reaction.")]
    ref: Ref | None = None


class ReactCommand(ContractModel):
    """Put a person's reaction on a message, or remove it."""

    kind: Literal["react"] = "react"
    user_id: UserId
    conversation_id: ConversationId
    seq: Seq
    emoji: Annotated[Emoji | None, Field(description="Null removes the reaction.")]


class Resume(ContractModel):
    """After a reconnect: request everything after this token. Keep this token until `resumed` arrives, then the newest one. Answered by `resumed`, or by the error `resync_required`."""

    type: Literal["resume"] = "resume"
    token: SyncToken
    ref: Ref | None = None


class SendMessage(ContractModel):
    """Send a message. Answered by `message_sent` after it is committed, or by `error`. Without an answer, send it again with the same clientMessageId."""

    type: Literal["send_message"] = "send_message"
    conversation_id: ConversationId
    message: MessageText
    client_message_id: ClientMessageId | None = None
    reply_to: Annotated[
        Seq | None,
        Field(
            description="The message of this conversation that it answers, which must be stored already."
        ),
    ] = None
    ref: Ref | None = None


class SendMessageCommand(ContractModel):
    """Store a message, once per clientMessageId."""

    kind: Literal["send_message"] = "send_message"
    user_id: UserId
    conversation_id: ConversationId
    content: MessageText
    client_message_id: ClientMessageId
    reply_to: Annotated[
        Seq | None,
        Field(
            description="The message of this conversation that it answers, which must be stored already."
        ),
    ] = None


class PostMessage(ContractModel):
    """Body of POST /api/conversations/{id}/messages."""

    content: MessageText
    client_message_id: ClientMessageId | None = None
    reply_to: Annotated[
        Seq | None,
        Field(
            description="The message of this conversation that it answers, which must be stored already."
        ),
    ] = None


class Typing(ContractModel):
    """The user started or stopped typing. Never stored, not answered. Repeat it every few seconds while the user types."""

    type: Literal["typing"] = "typing"
    conversation_id: ConversationId
    is_typing: bool | None = True
    ref: Ref | None = None


ClientFrame = TypeAliasType(
    "ClientFrame",
    Annotated[
        Authenticate
        | DeleteMessage
        | EditMessage
        | JoinConversation
        | LeaveConversation
        | MarkRead
        | MuteConversation
        | Ping
        | React
        | Resume
        | SendMessage
        | Typing,
        Field(
            description="Every frame a client may send, discriminated by `type`. Unknown fields are ignored.",
            discriminator="type",
            title="ClientFrame",
        ),
    ],
)


class ResumedConversation(ContractModel):
    """Changes of one conversation since the token."""

    conversation_id: ConversationId
    last_seq: Annotated[
        Watermark | None,
        Field(
            description="The seq of the newest message. Absent when no message was sent since the token."
        ),
    ] = None
    last_read_seq: Annotated[
        Watermark | None,
        Field(description="The user's own; absent if unchanged since the token."),
    ] = None
    counterpart_last_read_seq: Annotated[
        Watermark | None,
        Field(
            description="The other participant's; absent if unchanged since the token."
        ),
    ] = None
    changed: Annotated[
        bool,
        Field(
            description="It started, its item or a participant changed, or the user changed their own view of it: fetch it again."
        ),
    ]
    messages: Annotated[
        list[Message],
        Field(
            description="The newest of the missed messages, ascending by seq.",
            max_length=50,
        ),
    ]
    limited: Annotated[
        bool,
        Field(
            description="More were missed than `messages` contains: page the rest by REST."
        ),
    ]
    changed_messages: Annotated[
        list[Message] | None,
        Field(
            description="Messages from before the token that changed since, ascending by seq, each as it is now. Keep those with a higher version than yours. Absent if there are none.",
            max_length=50,
        ),
    ] = None
    changed_limited: Annotated[
        bool | None,
        Field(
            description="More of them changed than `changedMessages` contains: fetch the messages that you have again. Absent is false."
        ),
    ] = None


class Authenticated(ContractModel):
    """Answers `authenticate`."""

    type: Literal["authenticated"] = "authenticated"
    session_expires_at: Timestamp
    ref: Ref | None = None


class ConversationStale(ContractModel):
    """The conversation changed in a way that this server is too old to describe, during an upgrade: fetch it and its messages again."""

    type: Literal["conversation_stale"] = "conversation_stale"
    conversation_id: ConversationId
    token: SyncToken


class ConversationUpdated(ContractModel):
    """A conversation started, or its item or a participant changed. For the seller a conversation starts with its first message."""

    type: Literal["conversation_updated"] = "conversation_updated"
    reason: Literal["started", "changed"]
    conversation: ConversationFacts
    token: SyncToken


class ErrorFrame(ContractModel):
    """A frame was rejected. The socket stays open unless a close code follows. `retryable`: the same frame may succeed after `retryAfterMs`."""

    type: Literal["error"] = "error"
    code: Annotated[
        str,
        Field(
            description="See error-codes.json.", max_length=64, pattern="^[a-z][a-z_]*$"
        ),
    ]
    message: Annotated[str, Field(max_length=500)]
    retryable: bool
    retry_after_ms: Annotated[int | None, Field(description="Milliseconds.", ge=0)] = (
        None
    )
    conversation_id: ConversationId | None = None
    client_message_id: ClientMessageId | None = None
    errors: list[FieldError] | None = None
    ref: Ref | None = None


class Joined(ContractModel):
    """Answers `join_conversation` with the state of the conversation."""

    type: Literal["joined"] = "joined"
    conversation_id: ConversationId
    counterpart_id: UserId
    last_seq: Annotated[
        Watermark,
        Field(description="The seq of the newest message; 0 when there is none."),
    ]
    last_read_seq: Annotated[Watermark, Field(description="The user's own.")]
    counterpart_last_read_seq: Annotated[
        Watermark, Field(description="The other participant's.")
    ]
    ref: Ref | None = None


class Left(ContractModel):
    """Answers `leave_conversation`."""

    type: Literal["left"] = "left"
    conversation_id: ConversationId
    ref: Ref | None = None


class MessageChanged(ContractModel):
    """A message as it is now, after a change: keep it if its `version` is higher than that of yours. Sent to every socket of both participants, and as the answer to the command that changed it; the token is absent from such an answer."""

    type: Literal["message_changed"] = "message_changed"
    conversation_id: ConversationId
    message: Message
    token: SyncToken | None = None
    ref: Ref | None = None


class MessageWasChanged(ContractModel):
    """The change is committed; the message as it is now."""

    status: Literal["changed"] = "changed"
    message: Message
    duplicate: Annotated[bool, Field(description="It was so before this command.")]


class MessageSent(ContractModel):
    """Answers `send_message`: the message is committed. `duplicate` is true when an earlier attempt had stored it."""

    type: Literal["message_sent"] = "message_sent"
    conversation_id: ConversationId
    client_message_id: ClientMessageId
    message_id: MessageId
    seq: Seq
    created_at: Timestamp
    duplicate: bool
    ref: Ref | None = None


class MessageStored(ContractModel):
    """The message is committed."""

    status: Literal["stored"] = "stored"
    message_id: MessageId
    seq: Seq
    created_at: Timestamp
    duplicate: bool


class NewMessage(ContractModel):
    """A message in one of the user's conversations, sent to every socket of both participants in the order of seq. If there is a gap in seq, fetch the missing messages; drop duplicates."""

    type: Literal["new_message"] = "new_message"
    conversation_id: ConversationId
    message: Message
    token: SyncToken


class Pong(ContractModel):
    """Answers `ping`."""

    type: Literal["pong"] = "pong"
    server_time: Timestamp
    token: SyncToken
    ref: Ref | None = None


class Read(ContractModel):
    """A participant has read up to `lastReadSeq`: the other one (a receipt), or the user on another device. The token is absent if the frame only answers a `mark_read`; such an answer may overtake events, so keep the highest."""

    type: Literal["read"] = "read"
    conversation_id: ConversationId
    user_id: UserId
    last_read_seq: Watermark
    token: SyncToken | None = None
    ref: Ref | None = None


class ReadMarked(ContractModel):
    """The read mark is at `lastReadSeq`."""

    status: Literal["read"] = "read"
    last_read_seq: Watermark
    last_seq: Watermark
    advanced: bool


class Resumed(ContractModel):
    """Answers `resume` with exactly what was missed between the token and this socket's `welcome`. Frames that arrived meanwhile may be newer: merge by seq."""

    type: Literal["resumed"] = "resumed"
    conversations: list[ResumedConversation]
    token: SyncToken
    ref: Ref | None = None


class TypingShown(ContractModel):
    """The other participant is typing. Hide it after `expiresInMs`, when `isTyping` is false, or when their message arrives."""

    type: Literal["typing"] = "typing"
    conversation_id: ConversationId
    user_id: UserId
    is_typing: bool
    expires_in_ms: Annotated[int, Field(description="Milliseconds.", ge=0)]


class ViewChanged(ContractModel):
    """The user's own view of a conversation, as it is now, after they changed it on any device. Sent to their sockets only. As the answer to the command that changed it, it has no token: such an answer may come after later changes, so apply only frames with one."""

    type: Literal["view_changed"] = "view_changed"
    conversation_id: ConversationId
    view: ConversationView
    token: SyncToken | None = None
    ref: Ref | None = None


class ViewWasChanged(ContractModel):
    """The person's view of the conversation is as they asked."""

    status: Literal["view_changed"] = "view_changed"
    view: ConversationView
    duplicate: Annotated[bool, Field(description="It was so before this command.")]


class Welcome(ContractModel):
    """The first frame on every socket. The live stream of this socket begins at the token."""

    type: Literal["welcome"] = "welcome"
    protocol: Literal["messaging.v1"] = "messaging.v1"
    connection_id: Annotated[str, Field(max_length=64, min_length=1)]
    user_id: UserId
    server_time: Timestamp
    session_expires_at: Annotated[
        Timestamp,
        Field(
            description="When the access token expires; the socket is then closed with 4001, unless `authenticate` renewed it."
        ),
    ]
    heartbeat_ms: Annotated[
        int, Field(description="How often the server pings, in milliseconds.", ge=1)
    ]
    answer_within_ms: Annotated[
        int | None,
        Field(
            description="Longest time until `send_message` and `mark_read` are answered, in milliseconds; after that, consider the answer lost. Absent: 10 s.",
            ge=1,
        ),
    ] = None
    max_message_length: Annotated[
        int, Field(description="Longest message, in Unicode characters.", ge=1)
    ]
    max_frame_bytes: Annotated[
        int, Field(description="Longest frame, in bytes of UTF-8.", ge=1)
    ]
    token: SyncToken


ServerFrame = TypeAliasType(
    "ServerFrame",
    Annotated[
        Authenticated
        | ConversationStale
        | ConversationUpdated
        | ErrorFrame
        | Joined
        | Left
        | MessageChanged
        | MessageSent
        | NewMessage
        | Pong
        | Read
        | Resumed
        | TypingShown
        | ViewChanged
        | Welcome,
        Field(
            description="Every frame the server may send, discriminated by `type`. Clients ignore types and fields they do not know.",
            discriminator="type",
            title="ServerFrame",
        ),
    ],
)


NextCursor = TypeAliasType(
    "NextCursor",
    Annotated[
        str,
        Field(
            description="Opaque; pass it as `cursor` for the next page. Null on the last page.",
            max_length=1024,
        ),
    ],
)


class DevLogin(ContractModel):
    """Body of POST /api/dev/login; development only."""

    user_id: UserId


class ItemDetails(ContractModel):
    """One item with its description, all its pictures, and its seller."""

    item: DetailedItem
    seller: Person


NextCursor1 = TypeAliasType("NextCursor1", Annotated[str, Field(max_length=1024)])


class ItemView(ContractModel):
    """An item and its seller."""

    item: Item
    seller: Person


class LastMessage(ContractModel):
    """The newest message, shortened for lists."""

    id: MessageId
    seq: Seq
    preview: Annotated[
        str,
        Field(
            description="The beginning of the text, in Unicode characters.",
            max_length=160,
        ),
    ]
    sender_id: UserId
    created_at: Timestamp
    version: Annotated[
        int | None,
        Field(description="As in the message; absent is 0.", ge=1, le=2147483647),
    ] = None
    kind: Annotated[
        str | None,
        Field(description="As in the message.", pattern="^[a-z][a-z_.]{0,63}$"),
    ] = None
    card: Annotated[MessageCard | None, Field(description="As in the message.")] = None
    deleted: Annotated[
        Literal[True] | None, Field(description="As in the message.")
    ] = None


class MessagePage(ContractModel):
    """Messages, ascending by seq."""

    messages: list[Message]
    has_more: Annotated[
        bool,
        Field(
            description="There are more in the requested direction; of a page around a message, older ones."
        ),
    ]
    has_newer: Annotated[
        bool | None,
        Field(
            description="Of a page around a message: there are newer ones. Go on with `before` and the first seq of the page, or `after` and its last."
        ),
    ] = None
    last_seq: Watermark
    edit_window_seconds: Annotated[
        int | None,
        Field(
            description="How long after sending it a message may be edited; 0 or absent: never.",
            ge=0,
        ),
    ] = None
    delete_window_seconds: Annotated[
        int | None,
        Field(
            description="How long after sending it a message may be deleted for both people; 0 or absent: never.",
            ge=0,
        ),
    ] = None


class MessageVersion(ContractModel):
    version: ExpectedVersion
    content: Annotated[str, Field(min_length=1)]
    written_at: Timestamp


class MessageVersions(ContractModel):
    """The earlier texts of a message, oldest first, without the present one."""

    versions: list[MessageVersion]


class People(ContractModel):
    """The demo users that anybody may log in as; development only."""

    people: list[Person]


class ProblemDocument(ContractModel):
    """An RFC 9457 problem document. Clients decide by `code`."""

    type: Annotated[str, Field(max_length=200)]
    title: Annotated[str, Field(max_length=200)]
    status: Annotated[int, Field(ge=400, le=599)]
    code: Annotated[
        str,
        Field(
            description="See error-codes.json.", max_length=64, pattern="^[a-z][a-z_]*$"
        ),
    ]
    detail: Annotated[str | None, Field(max_length=1000)] = None
    errors: list[FieldError] | None = None


class PutReaction(ContractModel):
    """Body of PUT /api/conversations/{id}/messages/{seq}/reaction."""

    emoji: Emoji


class ReadState(ContractModel):
    """The user's read state after a change."""

    conversation_id: ConversationId
    last_read_seq: Watermark
    unread_count: Count


class Session(ContractModel):
    """An access token, issued in development only."""

    access_token: Annotated[str, Field(max_length=8192, min_length=1)]
    expires_at: Timestamp
    user: Person


class StartConversation(ContractModel):
    """Body of POST /api/conversations."""

    item_id: ItemId


class UnreadConversation(ContractModel):
    """The last seq of a conversation and the user's read mark. The difference is unread."""

    conversation_id: ConversationId
    last_seq: Seq
    last_read_seq: Watermark


Command = TypeAliasType(
    "Command",
    Annotated[
        DeleteMessageCommand
        | EditMessageCommand
        | MarkReadCommand
        | MuteConversationCommand
        | ReactCommand
        | SendMessageCommand,
        Field(
            description="A command, discriminated by `kind`.",
            discriminator="kind",
            title="Command",
        ),
    ],
)


class ShardPosition(ContractModel):
    shard: Shard
    pos: Position
    at: Annotated[
        str | None,
        Field(
            description="The `time` of the first event at that position, copied from the event. It identifies a log that went back and grew again.",
            max_length=40,
            min_length=1,
        ),
    ] = None


class LogCursor(ContractModel):
    """A consumer's position in each shard: body and response of /internal/log/cursors/{consumer}, body of POST /internal/log/heads."""

    epoch: Epoch
    positions: list[ShardPosition]


class ShardHead(ContractModel):
    """The head of one shard's log, and the position from which on it is still kept."""

    shard: Shard
    head: Position
    floor: Annotated[
        Position,
        Field(
            description="Reading `after` this position or a later one works; an earlier one is answered with 410 `log_truncated`."
        ),
    ]


class LogHeads(ContractModel):
    """Response of GET and POST /internal/log/heads."""

    epoch: Epoch
    shards: Annotated[list[ShardHead], Field(min_length=1)]


class Participants(ContractModel):
    """Response of GET /internal/conversations/{id}/participants?userId=…: the state of a conversation for one of its two participants."""

    conversation_id: ConversationId
    buyer_id: UserId
    seller_id: UserId
    last_seq: Watermark
    buyer_last_read_seq: Watermark
    seller_last_read_seq: Watermark
    can_write: Annotated[
        bool | None,
        Field(
            description="False if one of the two accounts is deleted: nothing can be written, so nobody is typing. Absent means true."
        ),
    ] = None


class PutItem(ContractModel):
    """Body of PUT /internal/items/{id}. The newest `updatedAt` wins; without it, the change takes effect immediately, whatever is stored."""

    seller_id: UserId
    title: ItemTitle
    description: Annotated[
        ItemDescription | None,
        Field(
            description="Like every optional field, it replaces the stored value; absent, null or empty: no description."
        ),
    ] = None
    price: Price | None = None
    image_url: Url | None = None
    more_image_urls: Annotated[
        MoreImageUrls | None,
        Field(
            description="The pictures after the cover `imageUrl`, in order; duplicates are ignored. Without an `imageUrl` the first of them becomes the cover. Like every optional field, it replaces the stored value; absent or null: no more pictures."
        ),
    ] = None
    status: ItemStatus | None = "available"
    updated_at: Timestamp | None = None


class PutUser(ContractModel):
    """Body of PUT /internal/users/{id}. The newest `updatedAt` wins; without it, the change takes effect immediately, whatever is stored."""

    name: PersonName
    avatar_url: Url | None = None
    updated_at: Timestamp | None = None


class CommandRejected(ContractModel):
    """The command changed nothing, and never will."""

    status: Literal["rejected"] = "rejected"
    code: Annotated[str, Field(max_length=64, pattern="^[a-z][a-z_]*$")]
    detail: Annotated[str | None, Field(max_length=500)] = None


class SyncChanges(ContractModel):
    """Response of POST /internal/sync."""

    conversations: list[ResumedConversation]


class SyncPosition(ContractModel):
    """Everything up to and including event `idx` of batch `pos` is known."""

    shard: Shard
    pos: Position
    idx: Annotated[int, Field(ge=0, le=1023)]


class SyncRequest(ContractModel):
    """Body of POST /internal/sync: requests what changed for a user after one set of positions and up to another."""

    user_id: UserId
    epoch: Epoch
    after: list[SyncPosition]
    up_to: list[SyncPosition]


class OrderCancelledMessageParams(ContractModel):
    refund: Annotated[Price | None, Field(description="What the buyer gets back.")] = (
        None
    )


class OrderPaidMessageParams(ContractModel):
    price: Price


class OrderShippedMessageParams(ContractModel):
    carrier: Annotated[
        str | None,
        Field(
            description="The carrier's name.",
            max_length=64,
            min_length=1,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
        ),
    ] = None
    tracking_number: Annotated[
        str | None,
        Field(max_length=64, min_length=1, pattern="^[A-Za-z0-9][A-Za-z0-9 ./-]*$"),
    ] = None


Translations = TypeAliasType(
    "Translations",
    Annotated[
        dict[Locale, SystemText],
        Field(
            description="A text by language. All of them together have at most 8,000 characters.",
            max_length=20,
            min_length=1,
            title="Translations",
        ),
    ],
)


LogBatch = TypeAliasType(
    "LogBatch",
    Annotated[
        list[LogEvent],
        Field(
            description="The events of one transaction, under one position: the body of a broker message in CloudEvents batched content mode. The AMQP headers repeat `shard`, `pos` and `epoch`. `source` is `/conversations/<epoch>` and `id` is `<shard>-<pos>-<idx>`.",
            max_length=1024,
            min_length=1,
            title="LogBatch",
        ),
    ],
)
"""The events of one transaction, under one position: the body of a broker message in CloudEvents batched content mode. The AMQP headers repeat `shard`, `pos` and `epoch`. `source` is `/conversations/<epoch>` and `id` is `<shard>-<pos>-<idx>`."""


class Conversation(ContractModel):
    """A conversation as one of its two participants sees it."""

    id: ConversationId
    role: Annotated[Role, Field(description="The user's own.")]
    counterpart: Person
    item: Item
    last_message: LastMessage | None
    last_seq: Watermark
    last_read_seq: Annotated[Watermark, Field(description="The user's own.")]
    counterpart_last_read_seq: Annotated[
        Watermark, Field(description="The other participant's.")
    ]
    unread_count: Count
    muted: Annotated[
        Literal[True] | None,
        Field(
            description="The user muted it. Absent otherwise; the other participant never sees it."
        ),
    ] = None
    created_at: Timestamp
    last_activity_at: Timestamp


class ItemPage(ContractModel):
    """Items on offer, newest first."""

    items: list[ItemView]
    next_cursor: NextCursor1 | None


class CommandBatch(ContractModel):
    """Body of POST /internal/commands. Executed in order. A command that has not started `ttlMs` after its arrival is not executed."""

    ttl_ms: Annotated[int, Field(description="Milliseconds.", ge=1, le=60000)]
    commands: Annotated[list[Command], Field(max_length=512, min_length=1)]


CommandResult = TypeAliasType(
    "CommandResult",
    Annotated[
        MessageWasChanged
        | MessageStored
        | ReadMarked
        | ViewWasChanged
        | CommandRejected,
        Field(
            description="The outcome of one command, discriminated by `status`.",
            discriminator="status",
            title="CommandResult",
        ),
    ],
)


class LoggedBatch(ContractModel):
    """One position of the log."""

    pos: Position
    events: LogBatch


class NoticeMessage(ContractModel):
    """Free text of the marketplace, with its own translations."""

    kind: Literal["notice"] = "notice"
    key: Annotated[
        ClientMessageId,
        Field(
            description="Chosen by the marketplace, unique per conversation. Posting again with the same key and content returns the stored message instead of storing another."
        ),
    ]
    text: Annotated[
        Translations,
        Field(
            description="The text in each language that the marketplace has. The message's `content` is the English one, else the first."
        ),
    ]
    link: Annotated[
        HttpsUrl | None,
        Field(
            description="Where to read more, such as the order's page. Clients show its host."
        ),
    ] = None


class OrderCancelledMessage(ContractModel):
    """The order was cancelled."""

    kind: Literal["order.cancelled"] = "order.cancelled"
    key: Annotated[
        ClientMessageId,
        Field(
            description="Chosen by the marketplace, unique per conversation. Posting again with the same key and content returns the stored message instead of storing another."
        ),
    ]
    params: Annotated[
        OrderCancelledMessageParams | None, Field(title="OrderCancelledMessageParams")
    ] = None
    text: Annotated[
        Translations | None,
        Field(
            description="Replaces the product's own text in these languages, or adds languages."
        ),
    ] = None
    link: Annotated[
        HttpsUrl | None,
        Field(
            description="Where to read more, such as the order's page. Clients show its host."
        ),
    ] = None


class OrderPaidMessage(ContractModel):
    """The order was paid."""

    kind: Literal["order.paid"] = "order.paid"
    key: Annotated[
        ClientMessageId,
        Field(
            description="Chosen by the marketplace, unique per conversation. Posting again with the same key and content returns the stored message instead of storing another."
        ),
    ]
    params: Annotated[OrderPaidMessageParams, Field(title="OrderPaidMessageParams")]
    text: Annotated[
        Translations | None,
        Field(
            description="Replaces the product's own text in these languages, or adds languages."
        ),
    ] = None
    link: Annotated[
        HttpsUrl | None,
        Field(
            description="Where to read more, such as the order's page. Clients show its host."
        ),
    ] = None


class OrderShippedMessage(ContractModel):
    """The item is on its way."""

    kind: Literal["order.shipped"] = "order.shipped"
    key: Annotated[
        ClientMessageId,
        Field(
            description="Chosen by the marketplace, unique per conversation. Posting again with the same key and content returns the stored message instead of storing another."
        ),
    ]
    params: Annotated[
        OrderShippedMessageParams | None, Field(title="OrderShippedMessageParams")
    ] = None
    text: Annotated[
        Translations | None,
        Field(
            description="Replaces the product's own text in these languages, or adds languages."
        ),
    ] = None
    link: Annotated[
        HttpsUrl | None,
        Field(
            description="Where to read more, such as the order's page. Clients show its host."
        ),
    ] = None


class WrittenBatch(ContractModel):
    """One position of a shard's log, with its shard and epoch."""

    epoch: Epoch
    shard: Shard
    pos: Position
    events: LogBatch


class ConversationPage(ContractModel):
    """Conversations, newest activity first."""

    conversations: list[Conversation]
    next_cursor: Annotated[
        NextCursor | None,
        Field(
            description="Opaque; pass it as `cursor` for the next page. Null on the last page."
        ),
    ]
    unread_total: Annotated[
        Count | None,
        Field(
            description="Unread messages in all conversations of the user, capped at 1000. Only on the first page."
        ),
    ] = None
    unread: Annotated[
        list[UnreadConversation] | None,
        Field(
            description="Conversations with unread messages, whatever page of the list they are on; newest activity first, at most 200. Only on the first page. Together with `new_message` and `read`, a client can keep the total without loading the whole list.",
            max_length=200,
        ),
    ] = None
    token: Annotated[
        SyncToken | None,
        Field(
            description="The page is at least as new as this token: `resume` with it returns what came after. Only on the first page."
        ),
    ] = None


class CommandResults(ContractModel):
    """One result per command, in the same order."""

    results: Annotated[list[CommandResult], Field(max_length=512, min_length=1)]
    logged: Annotated[
        list[WrittenBatch] | None,
        Field(
            description="What the commands wrote to the log, if their transactions contained nothing else: the same batches that the broker delivers."
        ),
    ] = None


class LogPage(ContractModel):
    """Response of GET /internal/log: batches after a position, ascending, without gaps."""

    epoch: Epoch
    shard: Shard
    head: Position
    batches: list[LoggedBatch]


SystemMessage = TypeAliasType(
    "SystemMessage",
    Annotated[
        NoticeMessage | OrderCancelledMessage | OrderPaidMessage | OrderShippedMessage,
        Field(
            description="A system message to post, discriminated by `kind`.",
            discriminator="kind",
            title="SystemMessage",
        ),
    ],
)


class SystemMessagePostedEventData(ContractModel):
    conversation_id: ConversationId
    message: SystemMessage


class SystemMessagePostedEvent(ContractModel):
    """The marketplace posts a system message in a conversation. Repeating it with the same `key` and content changes nothing; with other content it is rejected. A CloudEvents 1.0 event."""

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(max_length=128, min_length=1)]
    source: Annotated[str, Field(max_length=256, min_length=1)]
    type: Literal["marketplace.message.posted.v1"] = "marketplace.message.posted.v1"
    time: Timestamp
    data: Annotated[
        SystemMessagePostedEventData, Field(title="SystemMessagePostedEventData")
    ]


MarketplaceEvent = TypeAliasType(
    "MarketplaceEvent",
    Annotated[
        ItemDeletedEvent
        | ItemUpsertedEvent
        | SystemMessagePostedEvent
        | UserDeletedEvent
        | UserUpsertedEvent,
        Field(
            description="Every event of the marketplace, discriminated by `type`.",
            discriminator="type",
            title="MarketplaceEvent",
        ),
    ],
)
