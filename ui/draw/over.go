package draw

// Over is lines in width × height cells with others in the middle in place of what stood there.
func Over(lines []string, width, height int, over []string) Block {
	drawn := make([]string, height)
	copy(drawn, lines)
	over = over[:min(len(over), height)]
	wide := 0
	for _, s := range over {
		wide = max(wide, Width(s))
	}
	y := (height - len(over)) / 2
	for i, s := range over {
		drawn[y+i] = Blank((width-wide)/2) + s
	}
	return Block{Lines: drawn}
}
