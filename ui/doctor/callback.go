package doctor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"kaunta/daraja"
	"kaunta/pos"
	"kaunta/ui/app/settings"
	"kaunta/ui/text"
)

// publicURL is what Safaricom is to call, or "" where the way itself finds a name at each start.
func publicURL(c settings.Callback) string {
	switch {
	case c.Reach == settings.ReachACME:
		return "https://" + c.ACME.Domain
	}
	return c.PublicURL
}

var reachOff = unchecked(text.Both("Not needed: nobody is to reach Kaunta here.", "Haihitajiki: hakuna wa kuifikia Kaunta hapa."))

// address holds the public URL to Safaricom's rules, and looks its name up.
func address(ctx context.Context, x *examiner) Finding {
	c := x.Settings.Callback
	target := publicURL(c)
	switch {
	case c.Reach == settings.ReachOff:
		return ok(text.Both("Off: Kaunta asks M-PESA by itself, and results come in 10 to 30 s.", "Imezimwa: Kaunta inauliza M-PESA yenyewe, na matokeo huja baada ya sekunde 10 hadi 30."))
	case target == "" && c.Reach == settings.ReachStatic && x.Settings.Environment == settings.Training:
		return ok(text.Both("The simulator calls Kaunta at its own address.", "Simulator inaifikia Kaunta kwa anwani yake yenyewe."))
	case target == "":
		return unchecked(text.Both("Not known yet: the tunnel finds a new name at each start.", "Haijulikani bado: njia hii hupata jina jipya kila inapoanza."))
	}
	if err := daraja.CheckCallBackURL(target); err != nil {
		why := prefixed.ReplaceAllString(err.Error(), "")
		return fault(text.Both(settings.Sentence("Safaricom would refuse the public URL: it "+why), settings.Sentence("Safaricom itaikataa anwani ya majibu: "+why)),
			text.Both("Choose another public_url, such as https://till.example.com.", "Chagua public_url nyingine, kama https://till.example.com."))
	}
	u, err := url.Parse(target)
	if err != nil {
		return unchecked(text.Both("The public URL cannot be read.", "Anwani ya majibu haisomeki."))
	}
	host := u.Hostname()
	if host == "localhost" && x.Settings.Environment == settings.Training {
		return ok(text.Both("The simulator calls Kaunta at "+u.Host+".", "Simulator inaifikia Kaunta kwa "+u.Host+"."))
	}
	addrs, err := x.Resolve(ctx, host)
	if err != nil || len(addrs) == 0 {
		return fault(text.Both("The name "+host+" of the public URL is not found.", "Jina "+host+" la anwani ya majibu halipatikani."),
			text.Both("Check the name, and that its DNS record exists.", "Hakikisha jina, na kwamba rekodi yake ya DNS ipo."))
	}
	for _, a := range addrs {
		if a = a.Unmap(); !unreachable(a) || a.IsLoopback() && x.Settings.Environment == settings.Training {
			return ok(text.Both("Safaricom would take "+target+".", "Safaricom itakubali "+target+"."))
		}
	}
	return fault(text.Both("The public URL leads to "+addrs[0].Unmap().String()+", a private address that nobody in the internet can reach.",
		"Anwani ya majibu inaelekea "+addrs[0].Unmap().String()+", anwani ya ndani isiyofikika kutoka mtandaoni."),
		text.Both("Use a name that leads to a public address, or reach = \"ssh\" or \"cloudflared\".", "Tumia jina la anwani ya nje, au reach = \"ssh\" au \"cloudflared\"."))
}

// shared is the address range that providers give to several customers at once (RFC 6598), as
// mobile networks do.
var shared = netip.MustParsePrefix("100.64.0.0/10")

func unreachable(a netip.Addr) bool {
	return a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsUnspecified() || shared.Contains(a)
}

func port(_ context.Context, x *examiner) Finding { return x.port() }

func (x *examiner) lookAtPort() Finding {
	c := x.Settings.Callback
	if c.Reach == settings.ReachOff {
		return reachOff
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err == nil {
		_ = listener.Close()
		return ok(text.Both(c.Listen+" is free for Kaunta.", c.Listen+" haitumiki na programu nyingine."))
	}
	switch {
	case x.local() != "":
		return ok(text.Both("A Kaunta that is running listens on "+c.Listen+".", "Kaunta inayofanya kazi inasikiliza "+c.Listen+"."))
	case errors.Is(err, syscall.EADDRINUSE):
		return fault(text.Both(c.Listen+" is in use by another program.", c.Listen+" inatumiwa na programu nyingine."),
			text.Both("Stop that program, or choose another address with \"listen\".", "Zima programu hiyo, au chagua anwani nyingine kwa \"listen\"."))
	}
	return fault(text.Both("Kaunta cannot listen on "+c.Listen+".", "Kaunta haiwezi kusikiliza "+c.Listen+"."),
		text.Both("Choose an address of this machine, such as 127.0.0.1:8180, and a port above 1023.", "Chagua anwani ya mashine hii, kama 127.0.0.1:8180, na port zaidi ya 1023."))
}

// reach proves that what Safaricom calls leads here. Where a till is running, its own way is tried
// and left alone: a second session would take the first one's place.
func reach(ctx context.Context, x *examiner) Finding {
	c := x.Settings.Callback
	if c.Reach == settings.ReachOff {
		return reachOff
	}
	rules := address(ctx, x)
	if rules.Status == Fault || x.port().Status == Fault {
		return unchecked(text.Both("Not tried, since the address or the port is wrong.", "Haikujaribiwa, kwa kuwa anwani au port si sahihi."))
	}
	var err error
	target := publicURL(c)
	switch local := x.local(); {
	case local != "" && target == "":
		return unchecked(text.Both("Not tried: the Kaunta that is running has the tunnel.", "Haikujaribiwa: Kaunta inayofanya kazi ndiyo yenye njia hiyo."))
	case local != "":
		err = sameTill(ctx, "http://"+local, target)
	default:
		// It must come back in time to say what it met.
		ctx, cancel := context.WithTimeout(ctx, Patience*2/3)
		defer cancel()
		err = x.Reach(ctx, x.Settings)
	}
	if err != nil {
		if dns, is := errors.AsType[*net.DNSError](err); is && c.Reach != settings.ReachStatic && c.Reach != settings.ReachACME {
			return noName(c.Reach, dns.Name)
		}
		why := prefixed.ReplaceAllString(err.Error(), "")
		fix := mend(c)
		return fault(text.Both(settings.Sentence("A test sent to the callback address did not come back: "+why), settings.Sentence("Jaribio kwa anwani ya majibu halikurudi: "+why)), text.Both(fix.EN, fix.SW))
	}
	return ok(text.Both("A test sent to the callback address came back to this machine.", "Jaribio kwa anwani ya majibu limerudi kwenye mashine hii."))
}

// noName is the finding for a tunnel that is not there, since this machine has no address for the
// name that it begins at.
func noName(way, name string) Finding {
	to := text.Both("the tunnel's server", "seva ya njia hiyo")
	switch way {
	case settings.ReachCloudflared:
		to = text.Both("Cloudflare", "Cloudflare")
	}
	return fault(text.Both("There is no tunnel: this machine's DNS does not find "+name+". Results come late.",
		"Hakuna njia: DNS ya mashine hii haipati "+name+". Matokeo huja kwa kuuliza tu."),
		text.Both("Check the internet connection and the DNS of this machine; if other names are found, this network blocks "+to.EN+": use another network, or another way.",
			"Angalia intaneti na DNS ya mashine hii; majina mengine yakipatikana, intaneti hii inazuia "+to.SW+": tumia intaneti nyingine, au njia nyingine."))
}

// mend is what to do where a test did not come back along a way. A quick tunnel of Cloudflare's has
// no public URL to look at.
func mend(c settings.Callback) pos.Text {
	switch {
	case c.Reach == settings.ReachCloudflared && c.Cloudflared.Token == "":
		return text.Both("See that this machine reaches Cloudflare, to its port 7844 too; until then results come late.",
			"Hakikisha mashine hii inafikia Cloudflare, na mlango wake 7844 pia; hadi hapo matokeo huja kwa kuuliza tu.")
	case c.Reach == settings.ReachCloudflared:
		return text.Both("See in Cloudflare's dashboard that the tunnel's hostname is that of public_url.", "Hakikisha kwenye dashibodi ya Cloudflare kwamba jina la tunnel ni la public_url.")
	case c.Reach == settings.ReachSSH:
		return text.Both("See that the server has all that kaunta setup --print-relay prints.", "Hakikisha seva ina yote yanayoonyeshwa na kaunta setup --print-relay.")
	}
	fix := text.Both("See that the public URL leads to "+c.Listen+" on this machine.", "Hakikisha anwani ya majibu inaelekea "+c.Listen+" kwenye mashine hii.")
	if c.Reach == settings.ReachStatic {
		fix.EN += " Some routers cannot call themselves: then try the address from a phone."
		fix.SW += " Baadhi ya router haziwezi kujipigia: jaribu anwani kwa simu."
	}
	return fix
}

// tillAt is listen if a till answers there, else "". A till answers a probe with a proof of 64
// hexadecimal digits (package tunnel).
func tillAt(ctx context.Context, listen string) string {
	if _, p, err := net.SplitHostPort(listen); err != nil || p == "0" {
		return ""
	}
	if _, err := proof(ctx, "http://"+listen, nonce()); err != nil {
		return ""
	}
	return listen
}

// sameTill reports why the till behind two addresses is not one and the same: each till proves a
// nonce under a key of its own.
func sameTill(ctx context.Context, local, public string) error {
	n := nonce()
	here, err := proof(ctx, local, n)
	if err != nil {
		return err
	}
	there, err := proof(ctx, public, n)
	switch {
	case err != nil:
		return err
	case here != there:
		return errors.New("another Kaunta answers at the public URL")
	}
	return nil
}

func nonce() string {
	var random [16]byte
	rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// once is a client for single requests: a kept connection would prove the path of some time ago,
// and a redirect is somebody else's site.
var once = http.Client{
	Timeout:       Patience / 2,
	Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// proof fetches a till's proof of a nonce, which package tunnel's server gives.
func proof(ctx context.Context, base, nonce string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(base, "/")+"/probe/"+nonce, nil)
	if err != nil {
		return "", errors.New("the public URL cannot be asked")
	}
	response, err := once.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		return "", fmt.Errorf("the public URL does not answer: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 65))
	if _, errHex := hex.DecodeString(string(body)); err != nil || response.StatusCode != http.StatusOK || len(body) != 64 || errHex != nil {
		return "", fmt.Errorf("something other than Kaunta answers at the public URL (HTTP status %d)", response.StatusCode)
	}
	return string(body), nil
}
