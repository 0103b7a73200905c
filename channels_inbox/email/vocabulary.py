"""The words that mail programs write, language by language.

Shapes and headers decide first (see `reply_shapes`, `loops`, `bounces`); these
words tip the scales. To teach a language, add its words to each table. An entry is
a piece of a regular expression, entries are set apart by " / ", case never counts.
"""

from __future__ import annotations

import re


def any_of(entries: str, *, before: str = "", after: str = "") -> re.Pattern[str]:
    """One pattern out of a table, with what must stand before and after any of its entries."""
    return re.compile(f"(?i){before}(?:{'|'.join(_split(entries))}){after}")


def words_of(entries: str) -> frozenset[str]:
    return frozenset(_split(entries))


def _split(entries: str) -> list[str]:
    return [entry.strip() for entry in entries.replace("\n", " / ").split(" / ") if entry.strip()]


# "On … wrote:"
WROTE = r"""
    wrote / writes / said / schrieb / schreibt / écrit / escribi[óo] / escreveu / scritto / scrive
    schreef / skrev / kirjoitti / napsala? / napísala? / napisał(?:\(a\)|a)? / pisze / написала? / пишет
    писав / пише / yazdı / yazmış / írta / scris / έγραψε / viết / menulis / napisao / napisala
    je написао / написа / va escriure / rašė / rakstīja / kirjutas / كتب
"""
WROTE_UNSPACED = (
    "写道 / 寫道 / 写到 / のメール / さんは / 작성 / כתב / כתבה / מאת / كتب / تمت كتابة / เขียน / نوشت"
)

# "---- Forwarded message ----"
FORWARDED = """
    forward / weitergeleitet / transf[eé]r / reenviad / encaminhad / inoltrat / doorgestuurd / przekazan
    vidarebefor / videresend / edelleen / välitetty / přepos / preposlan / továbbít / пересыла
    пересланн / переадрес / перенаправл / réexpédi / przekazyw / proslijeđ / препратен / redirecționat
    chuyển tiếp / diteruskan / 転送 / 转发 / 轉寄 / 전달 / iletilen / προωθ / مُعاد / הועבר
"""
# "-----Original Message-----"
ORIGINAL = """
    original / reply message / antwort nachricht / ursprüngliche / oorspronkelijk / oprindelig
    opprinnelig / alkuperäinen / oryginaln / původní / pôvodn / eredeti / исходн / оригинал
    元のメッセージ / 原始 / 原件 / 원본 / orijinal / αρχικό / الأصلية / המקורית / gốc
"""
FORWARD_SUBJECTS = (
    "fwd? / wg / tr / rv / enc / vs / vb / vl / i / doorst / pd / yml / ilt / trs / fs / 转发 / 轉寄 / 転送"
)

# Outlook's header block: the label of the sender, and the labels that follow it (first words only)
FROM_LABELS = """
    from / von / de / da / van / fra / från / od / от / від / kimden / gönderen / 发件人 / 寄件者
    寄件人 / 差出人 / 发送人 / 送信者 / 보낸사람 / 발신 / feladó / mittente / expéditeur / expediteur
    remitente / remetente / lähettäjä / afsender / avsändare / avsender / nadawca / odesílatel
    odosielateľ / מאת / من / từ / από / pošiljatelj / dari
"""
OTHER_LABELS = """
    sent / date / to / subject / cc / gesendet / datum / an / betreff / envoyé / à / objet / enviado
    el / para / asunto / fecha / data / assunto / inviato / a / oggetto / verzonden / aan / onderwerp
    skickat / till / ämne / sendt / til / emne / lähetetty / päivämäärä / vastaanottaja / aihe / wysłano
    do / temat / odesláno / komu / předmět / отправлено / дата / кому / тема / надіслано / gönderildi
    tarih / kime / konu / 发送时间 / 日期 / 收件人 / 主题 / 主旨 / 送信日時 / 日時 / 宛先 / 件名
    보낸날짜 / 받는사람 / 제목 / 날짜 / küldve / dátum / címzett / tárgy / trimis / către / subiect
"""

SUBJECT_LABELS = """
    subject / betreff / objet / asunto / assunto / oggetto / onderwerp / ämne / emne / aihe / temat
    předmět / predmet / тема / относно / konu / 主题 / 主旨 / 件名 / 제목 / tárgy / subiect / θέμα / נושא
    الموضوع / chủ / subjek / naslov / assumpte
"""

# The mark of a desk: "Please type your reply above this line"
ABOVE_THIS_LINE = """
    (?:reply|respond|response|answer|write|type).{0,30} above (?:this|the) line
    (?:ober|über)halb dieser (?:linie|zeile) / über diese(?:r|) (?:linie|zeile)
    au[- ]dessus de cette ligne / (?:por )?encima de esta l[ií]nea
    sopra (?:a )?questa (?:linea|riga) / boven deze (?:lijn|regel) / acima d(?:est|ess)a linha
    powyżej tej lini / nad t(?:ento|ímto) řád / ovanför (?:den här|denna) (?:linje|rad) / over denne linj
    tämän (?:rivin|viivan) yläpuole / выше этой (?:лини|строк|черт) / вище цієї (?:ліні|риск)
    bu (?:satır|çizgi)nin üz?st? / この(?:行|線|ライン)(?:より|の)上
    此(?:行|线|線)(?:之上|以上|上方) / 이 (?:줄|선) 위
"""

# "Sent from my iPhone"
MOBILE_SIGNATURES = """
    sent (?:from|via|with|by|using) / get outlook for / von meine[mr] .{2,30} gesendet
    gesendet (?:von|mit|über) / diese nachricht wurde von .{2,60} gesendet / outlook für .{2,20} beziehen
    envoyé (?:de|depuis|avec|à partir|via) / télécharge[zr] outlook / obtenir outlook
    enviado (?:desde|do|a partir d|de|con) / obtener outlook / obtenha o outlook / obter o outlook
    inviato (?:da|dal|con) / ottieni outlook / scarica outlook / verstuurd vanaf
    verzonden (?:vanaf|met) / downloaden outlook / outlook voor .{2,20} downloaden / download outlook
    wysłan[eoy] z / pobierz .{0,12}outlook / skickat (?:från|med) / hämta outlook / sendt (?:fra|med)
    hent outlook / lähetetty .{2,40}sta / hanki outlook / odesláno z / odoslané z
    получить outlook / скачать outlook / отправлено (?:с|из) / надіслано з / изпратено от
    i-?phone ?から送信 / 私の.{2,20}から送信 / outlook for .{2,10}を入手
    (?:发|發)自我的 / 从我的.{2,20}发送 / 從我的.{2,20}傳送 / 获取 ?outlook / 取得 ?outlook
    .{2,20}에서 보냄 / i-?phone.{0,20}gönderildi / .{2,20}’?[ıi]m(?:den|dan) gönderildi
    .{2,12} için outlook / trimis de pe / küldve .{2,30} / az .{2,20} küldve / enviat des
    εστάλη από / στάλθηκε από / נשלח מ / (?:أُ?رسلت?|تم الإرسال) من / poslano (?:z|s|iz)
    gửi từ / dikirim dari / ส่งจาก / išsiųsta iš / sūtīts no
"""

# "Sent from my", whatever it is
SENT_FROM_MY = """
    sent from my\\s / von meine[mr] \\S{2,30} gesendet / envoyé d(?:e|epuis) mon\\s / enviado desde mi\\s
    enviado do meu\\s / inviato dal mio\\s / verstuurd vanaf mijn\\s / verzonden vanaf mijn\\s
    skickat från min\\s / sendt fra min\\s / wysłane z mojego\\s / (?:发|發)自我的
"""

# and on what: a parcel is "sent with" somebody too
DEVICES = r"""
    i-?phon / i-?pad / i-?pod / android / samsung / galaxy / huawei / xiaomi / pixel / oneplus / nokia
    sony / blackberry / windows / mac / mobile? / phone / handy / smart / telefon / téléphone / tablet
    puhelim / komórk / cellulare / celular / outlook / mail / yahoo / proton / gmx / web\.de / spark
    sparrow / superhuman / tutanota / tuta / canary / airmail / nine / телефон / смартфон / почт / 手机
    携帯 / スマホ / 휴대 / bärbar / gmail / aol / thunderbird / \bapp\b / sfr / orange / bell / zoho
    mobil / móvil / \bcell\b / dispositivo / appareil / \bgerät / айфон / \bhtc\b / motorola / \bk-?9\b
"""

# What programs put before the subject they answer. People who answer write "Re:" in front of it.
AUTOMATIC_SUBJECTS = r"""
    auto: .{1,80} is out of the office.* / automatic (?:reply|response|e-?mail reply)
    auto(?:matic)?[- ]?(?:reply|response|responder|answer) / autoreply / auto[- ]generated
    out[- ]of[- ](?:the )?office(?: autoreply| reply| message| notification)?
    vacation (?:reply|message|response|notice) / automatische (?:antwort|e-?mail-?antwort|rückantwort)
    autom\. antwort / abwesenheits?(?:notiz|nachricht|meldung|benachrichtigung|assistent)
    réponse automatique / absence du bureau / message d['’]absence / respuesta autom[aá]tica
    fuera de (?:la )?oficina / risposta automatica / fuori (?:sede|ufficio) / resposta autom[aá]tica
    fora do escrit[oó]rio / automatisch antwoord / afwezigheids(?:bericht|melding) / autosvar
    automatisk (?:svar|svarsmelding) / automaattinen vastaus / poissaolo / automatyczna odpowied[zź]
    odpowied[zź] automatyczna / automatick[áa] odpov[eě][dď] / автоматический ответ / автоответ
    автоматична відповідь / otomatik (?:yanıt|cevap) / automatikus válasz / răspuns automat
    αυτόματη απάντηση / automatski odgovor / 自動(?:回[覆复]|応答|返信) / 自动(?:答复|回复)
    자동 ?(?:회신|응답) / trả lời tự động / balasan otomatis / תשובה אוטומטית / رد تلقائي
    الرد التلقائي / автоматичен отговор / аутоматски одговор / samodejni odgovor / automatinis atsakymas
    automātiska atbilde / automaatvastus / resposta autom[aà]tica / sjálfvirkt svar / balasan automatik
    پاسخ خودکار / ตอบกลับอัตโนมัติ / odsotnost / odsutnost
"""

# The subjects of bounces that follow no standard
BOUNCE_SUBJECTS = """
    undeliver
    deliver(?:y|ed)? (?:status|fail|problem|error|report|delay|notif|has failed|unsuccess|incomplete)
    returned mail / return(?:ed)? to sender / failure notice / mail(?:er)?[ -]?(?:delivery )?fail
    mail system error / could not (?:be )?deliver / not delivered / non-?deliver
    warning: (?:could not|message) / message (?:status|delayed|failed) / mail (?:error|could not)
    failed (?:mail|delivery) / user unknown / rejected / unzustellbar / nicht zustellbar
    zustell(?:ung|fehler) / non remis / échec / no se (?:ha podido|pudo) entregar / devuelt
    não (?:foi )?(?:entregue|entregável) / mancato recapito / non recapitabile / onbestelbaar
    olevererbart / kunde inte levereras / nie można dostarczyć / niedostarcz / nedoručiteln
    недоставлен / не доставлен / не удалось доставить / 配信(?:不能|エラー) / 送信エラー / 退信
    无法(?:投递|送达) / (?:传输|投递|发送|递送)失败 / 系统退信 / 退件 / 반송 / 전송 실패
    delivery warning / failure delivery / returned to sender / error during delivery / error sending your mail
    message you sent blocked
"""
# How such a mail begins to speak: phrases that servers use, and people only when they quote them
BOUNCE_PHRASES = r"""
    message that you sent could not be delivered / created automatically by mail delivery software
    could not be delivered to (?:the following|one or more|all|its|any of|recipient|<|\S{1,80}@)
    unable to deliver (?:message|your message|the message|mail|this message) to / failed recipients?\b
    did not reach the following recipient / was(?: not|n['’]t) able to deliver / non-delivery report
    delivery to the following recipients? / following recipients?(?:\(s\))? (?:cannot|could not|failed)
    following (?:addresses had|address(?:\(es\)|es)? (?:failed|could)) / this is a permanent error
    could not deliver (?:message|the following|your|mail|to) / not a valid user here
    this is the (?:mail system at host|postfix program|qmail) / we were unable to deliver
    (?:e-?mail|message|delivery) .{0,60}has been postponed / intended recipient:
    undeliverable (?:message|mail) / mail system .{0,40}could not deliver / delivery .{0,30}failed permanently
    n['’]a pas pu (?:ê|e)tre (?:remis|d[ée]livr) / konnte nicht (?:zugestellt|ausgeliefert) werden
    no se (?:pudo|ha podido) entregar / non (?:è|e['’]) stato possibile (?:recapitare|consegnare)
    nie (?:mogła|można|została) .{0,20}dostarczon / не (?:может быть|удалось|было) доставлен
    无法(?:将|投递|送达|发送) / 配信(?:できません|されませんでした)
"""
# What servers say of an address that is no more,
GONE = """
    user unknown / unknown user / no such (?:user|recipient|mailbox|address) / does(?:n't| not) exist
    not exist / invalid (?:recipient|address|mailbox) / unroute?a / no mailbox / address rejected
    not found / host unknown / unknown (?:recipient|address|local) / account (?:disabled|closed)
    (?:unknown|no such) domain / not a valid user / name service error / list of allowed rcpthosts
"""
# of one that took this mail not, or not now,
FOR_NOW = """
    mailbox (?:is )?full / quota / temporar / try again / deferred / greylist / timed? ?out / storage
    virus / spam / insufficient (?:disk|system) / exceed(?:s|ed|ing)? .{0,30}(?:size|limit|space|quota)
    too (?:large|big) / size limit / bloc?k ?list / black ?list / policy
"""
# and of a mail they have not given up.
DELAYED = """
    delay / still being retried / will (?:continue|keep) (?:to try|trying|on trying)
    warning message only / do not need to resend / not yet been delivered
    warning: (?:could not|message) / deliver.{0,20}(?:deferred|incomplete)
"""
