package fault

import (
	"net"
	"sync"
)

// Listener is a TCP listener whose connections can be silenced and which can refuse new ones.
// Thread-safe.
type Listener struct {
	addr string

	mu       sync.Mutex
	inner    net.Listener // nil while refusing
	reopened chan struct{}
	closed   bool
	conns    map[*Conn]struct{}
	accepted int64
	hole     *hole // of connections to come; nil: they work
}

// hole is what silent connections wait for.
type hole struct{ lifted chan struct{} }

// Listen listens on a TCP address.
func Listen(addr string) (*Listener, error) {
	inner, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	// The same port is needed again after a refusal.
	return &Listener{addr: inner.Addr().String(), inner: inner, conns: map[*Conn]struct{}{}}, nil
}

// Addr returns the address with the real port.
func (l *Listener) Addr() net.Addr {
	addr, err := net.ResolveTCPAddr("tcp", l.addr)
	if err != nil {
		panic(err)
	}
	return addr
}

// Accept waits for a connection, across refusals.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		l.mu.Lock()
		inner, reopened, closed := l.inner, l.reopened, l.closed
		l.mu.Unlock()
		if closed {
			return nil, net.ErrClosed
		}
		if inner == nil {
			<-reopened
			continue
		}
		conn, err := inner.Accept()
		if err == nil {
			return l.add(conn), nil
		}
		l.mu.Lock()
		refusing := l.inner != inner
		l.mu.Unlock()
		if !refusing {
			return nil, err
		}
	}
}

// Close stops listening.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.inner == nil {
		close(l.reopened)
		return nil
	}
	return l.inner.Close()
}

// Counts returns how many connections were accepted and how many of them are open.
func (l *Listener) Counts() (accepted, open int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted, int64(len(l.conns))
}

func (l *Listener) add(conn net.Conn) *Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &Conn{Conn: conn, listener: l, hole: l.hole, closed: make(chan struct{})}
	l.conns[c] = struct{}{}
	l.accepted++
	return c
}

// apply starts a rule about connections.
func (l *Listener) apply(rule *Rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch rule.Action {
	case BlackHole:
		l.hole = &hole{lifted: make(chan struct{})}
		l.silence(l.hole)
	case Silence:
		l.silence(&hole{lifted: make(chan struct{})})
	case Refuse:
		if l.inner != nil {
			_ = l.inner.Close()
			l.inner, l.reopened = nil, make(chan struct{})
		}
	case Close:
		for c := range l.conns {
			// Close takes the listener's lock.
			go c.drop(false)
		}
	}
}

func (l *Listener) silence(h *hole) {
	for c := range l.conns {
		c.mu.Lock()
		c.hole = h
		c.mu.Unlock()
	}
}

// lift ends a rule about connections.
func (l *Listener) lift(rule *Rule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case rule.Action == BlackHole && l.hole != nil:
		close(l.hole.lifted)
		l.hole = nil
	case rule.Action == Refuse && l.inner == nil:
		inner, err := net.Listen("tcp", l.addr)
		if err != nil {
			// Somebody took the port: the listener is of no use any more.
			l.closed = true
		}
		l.inner = inner
		close(l.reopened)
	}
}

// Conn is a connection that goes silent while it is in a hole: nothing is read or written, and it
// stays open.
type Conn struct {
	net.Conn
	listener *Listener

	mu     sync.Mutex
	hole   *hole
	once   sync.Once
	closed chan struct{}
}

// wait returns when the connection is in no hole, or closed.
func (c *Conn) wait() {
	for {
		c.mu.Lock()
		h := c.hole
		c.mu.Unlock()
		if h == nil {
			return
		}
		select {
		case <-c.closed:
			return
		case <-h.lifted:
			c.mu.Lock()
			if c.hole == h {
				c.hole = nil
			}
			c.mu.Unlock()
		}
	}
}

// Read keeps what arrives in a hole until that is lifted.
func (c *Conn) Read(p []byte) (int, error) {
	c.wait()
	n, err := c.Conn.Read(p)
	c.wait()
	return n, err
}

func (c *Conn) Write(p []byte) (int, error) {
	c.wait()
	return c.Conn.Write(p)
}

// Close closes the connection, except that one in a hole stays open for its peer: a peer that
// was cut off does not see the other side give up.
func (c *Conn) Close() error {
	c.mu.Lock()
	silent := c.hole
	c.mu.Unlock()
	if silent == nil {
		c.drop(false)
		return nil
	}
	c.once.Do(func() { close(c.closed) })
	go func() {
		<-silent.lifted
		c.drop(false)
	}()
	return nil
}

// drop closes the connection at once.
func (c *Conn) drop(reset bool) {
	if tcp, ok := c.Conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	c.once.Do(func() { close(c.closed) })
	_ = c.Conn.Close()
	c.listener.mu.Lock()
	delete(c.listener.conns, c)
	c.listener.mu.Unlock()
}
