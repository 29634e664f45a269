// Package text is what every part that meets people shares about their words. What characters the
// terminal can show stands here once; sentences that more than one part says belong here too. It
// imports nothing of ours.
package text
