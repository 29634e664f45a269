// Package text is what the till says to people, in English and Kiswahili. [Words] is what the
// screens say, in one language, and [Plain] what --plain says besides. Elsewhere [Both] makes a
// text of both languages and [In] shows it; what one command alone says stands in that command.
// [Reason] and [Advice] say what has become of a payment and what to do now, [Meaning] what a code
// of M-PESA's stands for. What characters the terminal can show stands here too. It knows what the
// texts are about (pos, daraja), and nothing of how they are drawn.
//
//	session, screens, --plain ──► Words, Plain ──┐
//	doctor, setup, commands ────► In ────────────┼─► pos.Text, daraja.Answer
//	reports, exports, explain ──► Reason, Advice ┘
package text
