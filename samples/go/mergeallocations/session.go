// Package mergeallocations opens a session for each connection: three objects that live and die together.
package mergeallocations

// input is what has arrived and was not read yet.
type input struct {
	buf   []byte
	start int
	lines int
}

// output counts what goes out.
type output struct {
	name   string
	bytes  int64
	errors int
}

// Session is one connection.
type Session struct {
	in  *input
	out *output
	id  int
}

// Open starts a session on what has arrived.
func Open(id int, name string, arrived []byte) *Session {
	return &Session{
		in:  &input{buf: arrived},
		out: &output{name: name},
		id:  id,
	}
}

// ReadLine gives the next line without its end, and false when there is none.
func (s *Session) ReadLine() (string, bool) {
	for i, c := range s.in.buf[s.in.start:] {
		if c == '\n' {
			line := string(s.in.buf[s.in.start : s.in.start+i])
			s.in.start += i + 1
			s.in.lines++
			s.out.bytes += int64(len(line))
			return line, true
		}
	}
	return "", false
}

// Serve opens a session for each of the texts that have arrived, and keeps them in sessions.
func Serve(sessions []*Session, arrived [][]byte) {
	for i, text := range arrived {
		sessions[i] = Open(i, "client", text)
	}
}
