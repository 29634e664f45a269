package daraja

// The till's words for what this package reads. They stand in a package that imports this one, and
// so are set from outside (till_test.go).
var (
	TillAdvice  func(Answer) (what, do Text)
	TillExplain func(Explanation) Text
	TillFailure func(*Error) string
)
