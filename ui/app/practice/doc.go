// Package practice makes a practice till worth looking at: three weeks of made-up trade for a new
// ledger, a new ledger in place of the old one, and a sale that plays itself where nobody can type.
// Only what is for practice alone may enter. It changes no ledger but one of training.
package practice
