"""日本語, العربية, עברית, 中文, 한국어, Ελληνικά."""

from helpdesk.demo.script import DAY, HOUR, Case, Conversation, asks, becomes, notes, says
from tickets.models import Priority

CONVERSATIONS = (
    Conversation(
        subject="請求書の宛名変更",
        team="Billing",
        tags=("invoice",),
        lines=(
            asks(
                "お世話になっております。京都紙業の中村です。\n\n来月分から請求書の宛名を「京都紙業株式会社 経理部」に変更していただけますでしょうか。住所は変わりません。\n\nよろしくお願いいたします。"
            ),
            says(
                "kenji",
                "中村様\n\nいつもありがとうございます。宛名を「京都紙業株式会社 経理部」に変更いたしました。来月分の請求書から反映されます。\n\n森",
                3 * HOUR,
            ),
            asks("早速のご対応、ありがとうございます。", 40),
            becomes("kenji", "solved", 5),
        ),
        cases=(Case(customer="ryo", ago=3 * DAY), Case(customer="yuki", ago=97, lines=1)),
    ),
    Conversation(
        subject="予約ページが文字化けします",
        team="Technical",
        tags=("bug", "language"),
        lines=(
            asks(
                "古いパソコンで予約ページを開くと「繝帙す」のように表示されます。お客様からも同じ連絡がありました。画面を添付します。",
                files=("mojibake.png",),
            ),
            notes(
                "kenji",
                "UTF-8 page served with a Shift_JIS header by the café’s own proxy. Not ours, but we can send the charset twice.",
            ),
            says(
                "kenji",
                "佐藤様\n\nお店のネットワーク機器が文字コードを書き換えているようです。当方でも対策を入れましたので、もう一度ご確認いただけますか。",
                6 * HOUR,
            ),
        ),
        cases=(Case(customer="yuki", ago=33 * HOUR, assignee="kenji"),),
    ),
    Conversation(
        subject="プラン変更について",
        channel="form",
        team="Billing",
        tags=("plan",),
        lines=(asks("年払いに変更した場合、いつから割引になりますか。"),),
        cases=(
            Case(customer="ryo", ago=5 * HOUR),
            Case(customer="yuki", ago=24 * DAY, status="closed", assignee="kenji"),
        ),
    ),
    Conversation(
        subject="مشكلة في الفاتورة رقم {invoice}",
        team="Billing",
        priority=Priority.HIGH,
        tags=("invoice",),
        lines=(
            asks(
                "السلام عليكم،\n\nظهر المبلغ في الفاتورة {invoice} مرتين: 1,250 درهم. أرجو تصحيحها وإرسال نسخة جديدة قبل نهاية الأسبوع.\n\nمع الشكر\n{name}"
            ),
            says(
                "leila",
                "وعليكم السلام،\n\nصحّحنا الفاتورة وألغينا النسخة المكررة. تجدون النسخة الجديدة في المرفقات.\n\nمع أطيب التحيات\nليلى حداد",
                2 * HOUR,
                files=("invoices-q3.pdf",),
            ),
            asks("وصلت، شكرًا جزيلًا على السرعة 🙏", 35),
            becomes("leila", "solved", 6),
        ),
        cases=(Case(customer="omar", ago=28 * HOUR), Case(customer="mariam", ago=44, lines=1)),
    ),
    Conversation(
        subject="هل تدعمون التقويم الهجري؟",
        channel="form",
        tags=("feature-request", "calendar"),
        lines=(
            asks(
                "نودّ أن يرى الضيوف التاريخ الهجري بجانب الميلادي في صفحة الحجز. هل هذا ممكن؟ (نستخدم خطة Business)."
            ),
            says(
                "leila",
                "مرحبًا، هذا غير متاح بعد، لكنه في خطة الربع القادم. سأكتب لكم فور توفره.",
                5 * HOUR,
                status="on_hold",
            ),
        ),
        cases=(
            Case(customer="omar", ago=8 * DAY, assignee="leila"),
            Case(customer="mariam", ago=19 * HOUR, lines=1),
        ),
    ),
    Conversation(
        subject="تغيير البريد الإلكتروني",
        tags=("account",),
        lines=(
            asks(
                "أريد تغيير بريدي من mariam.haddad@zaytoun.test إلى m.haddad@zaytoun.test. هل أفقد الحجوزات؟"
            ),
            says(
                "leila",
                "لا، تبقى كل الحجوزات كما هي. غيّرنا العنوان، وستصلكم رسالة تأكيد على العنوان الجديد.",
                90,
                status="solved",
            ),
        ),
        cases=(Case(customer="mariam", ago=17 * DAY),),
    ),
    Conversation(
        subject="החשבון ננעל אחרי 3 ניסיונות",
        priority=Priority.HIGH,
        tags=("sign-in",),
        lines=(
            asks(
                "שלום,\n\nהחשבון שלי ננעל אחרי שלושה ניסיונות כניסה. השתמשתי בסיסמה הנכונה (v4-Final!). מה עושים?\n\nתודה,\n{name}"
            ),
            notes("leila", "Password in the mail. Asked her to change it."),
            says(
                "leila",
                "שלום {first}, פתחנו את החשבון. מכיוון שהסיסמה נשלחה בדואר, נא להחליף אותה בכניסה הבאה.",
                25,
            ),
        ),
        cases=(Case(customer="noa", ago=3 * HOUR, assignee="leila"),),
    ),
    Conversation(
        subject="无法收到验证码",
        team="Technical",
        tags=("sign-in",),
        lines=(
            asks("您好，我的手机收不到验证码，已经试了五次。手机号码没有变。请帮忙看一下，谢谢！"),
            says(
                "kenji",
                "您好，短信服务商昨晚有故障，现在已经恢复。请再试一次。如果还是收不到，我们可以改用电子邮件发送验证码。",
                3 * HOUR,
            ),
        ),
        cases=(Case(customer="meilin", ago=16 * HOUR, assignee="kenji"),),
    ),
    Conversation(
        subject="예약 확인 메일이 두 번 와요",
        team="Technical",
        tags=("mail", "bug"),
        lines=(
            asks(
                "안녕하세요. 손님들이 예약 확인 메일을 두 통씩 받습니다. 지난주 업데이트 이후부터 그렇습니다."
            ),
            notes("kenji", "Two workspaces share one address; both send. Ask which one should."),
        ),
        cases=(Case(customer="minjun", ago=6 * HOUR, status="open", assignee="kenji"),),
    ),
    Conversation(
        subject="Ακύρωση κράτησης από πελάτη",
        tags=("booking", "question"),
        lines=(
            asks("Καλημέρα σας, μπορεί ο πελάτης να ακυρώσει μόνος του μέχρι 48 ώρες πριν; Πού το ρυθμίζω;"),
            says(
                "agent",
                "Καλημέρα! Υπηρεσίες → Κανόνες → Ακύρωση. Εκεί ορίζετε τις 48 ώρες και το κείμενο που βλέπει ο πελάτης.",
                4 * HOUR,
                status="solved",
            ),
        ),
        cases=(Case(customer="eleni", ago=14 * DAY),),
    ),
)
