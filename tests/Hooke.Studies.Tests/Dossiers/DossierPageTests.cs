using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hooke.Evidence;

namespace Hooke.Studies.Tests;

public sealed partial class DossierPageTests
{
    const string Hostile = "</script></style><img src=x onerror=alert(1)>\"'&\u202e";

    static readonly string Page = DossierPage.Render(Sample.Dossier.Settled());

    [Fact]
    public void The_page_asks_nothing_of_the_network()
    {
        Assert.DoesNotContain("://", Page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|srcset|action|poster|data)\s*=\s*["']""", Tags(Page));
        Assert.DoesNotMatch("""url\(|@import|fetch|XMLHttp|import\(""", Page);
        Assert.All(Regex.Matches(Page, "href=\"([^\"]*)\"").Select(m => m.Groups[1].Value), link =>
        {
            Assert.StartsWith("#", link, StringComparison.Ordinal);
            Assert.Contains($"id=\"{link[1..]}\"", Page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void The_policy_allows_its_own_style_and_script_and_nothing_else()
    {
        string policy = Regex.Match(Page, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        foreach (string tag in new[] { "style", "script" })
        {
            string text = Regex.Match(Page, $"<{tag}>(.*?)</{tag}>", RegexOptions.Singleline).Groups[1].Value;
            string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            Assert.Contains($"{tag}-src 'sha256-{hash}'", policy, StringComparison.Ordinal);
        }
        Assert.DoesNotMatch("""\s(style|on\w+)\s*=\s*["']""", Tags(Page));
    }

    [Fact]
    public void Every_tag_is_closed_and_every_attribute_quoted()
    {
        AssertBalanced(Page);
        AssertBalanced(DossierPage.Render(Hostiled()));
    }

    [Fact]
    public void No_text_of_a_dossier_becomes_markup()
    {
        string page = DossierPage.Render(Hostiled());
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "</script>"));
        Assert.Single(Regex.Matches(page, "</style>"));
        const string Escaped =
            "&lt;/script&gt;&lt;/style&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;⟨U+202E⟩";
        Assert.True(Regex.Count(page, Regex.Escape(Escaped)) > 60);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_a_replacement() =>
        Assert.Equal("<b>\ufffd&lt;</b>", Html.Of($"<b>{"\ud83d<"}</b>").ToString());

    [Fact]
    public void The_page_says_every_number_of_the_evidence()
    {
        Dossier dossier = Sample.Dossier.Settled();
        string text = WebUtility.HtmlDecode(Page);
        Findings found = dossier.Claim.Evidence;
        Estimate[] estimates =
        [
            found.Behaviour!.Accuracy, found.Behaviour.Metric, found.Necessity!.Drop, found.Necessity.Beyond,
            found.Sufficiency!.Faithfulness, found.Completeness!.Gap, found.Minimality!.Least.Effect,
            found.Prediction!.Share, found.Prediction.Shift,
            .. found.Robustness!.Kinds.Select(kind => kind.Faithfulness),
            .. dossier.Interventions.SelectMany(done => new[] { done.Shift, done.Share }),
        ];
        Assert.All(estimates, estimate => Assert.Contains($": {estimate}\"", text, StringComparison.Ordinal));
        Assert.All(dossier.Circuit.Edges, edge => Assert.Contains(
            $"{edge.Source} to {edge.Target}: score {Words.Number(edge.Score)}<", text, StringComparison.Ordinal));
        Assert.All(dossier.FaithfulnessCurve, at => Assert.Contains(
            $"{Words.Count(at.Edges, "edge")}: {Words.Number(at.Faithfulness)}<", text, StringComparison.Ordinal));
        Assert.All(dossier.Heatmaps.SelectMany(map => map.Values).SelectMany(row => row), value =>
            Assert.Contains($"<td>{Words.Number(value)}</td>", text, StringComparison.Ordinal));
        Assert.All(found.Tests(), test => Assert.Contains(test.Sentence, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_says_the_tier_what_keeps_it_back_what_is_open_and_how_to_run_it_again()
    {
        Dossier dossier = Sample.Dossier.Settled();
        string text = WebUtility.HtmlDecode(Page);
        Assert.Contains("<strong>mechanistically supported</strong>", text, StringComparison.Ordinal);
        Assert.Contains("What keeps it from “triangulated”", text, StringComparison.Ordinal);
        string[] said =
        [
            .. dossier.Claim.Verdict.KeepsFromNext, .. dossier.Claim.Verdict.Because, .. dossier.Holes,
            .. dossier.Notes,
            .. dossier.Claim.Coverage.Parts().SelectMany(part => part.Text), dossier.Request.Command,
            dossier.Identities.Weights, dossier.RequestIdentity, dossier.ResultIdentity,
        ];
        Assert.All(said, sentence => Assert.Contains(sentence, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_control_is_counted_in_a_bar()
    {
        int counted = Regex.Matches(Page, "<title>(\\d+) controls?\\s").Sum(match => int.Parse(match.Groups[1].Value));
        Assert.Equal(200, counted);
    }

    [Theory]
    [InlineData(Tier.Proposed)]
    [InlineData(Tier.Underdetermined)]
    [InlineData(Tier.Disconfirmed)]
    public void A_page_can_be_drawn_of_a_claim_with_little_evidence(Tier tier)
    {
        Findings findings = tier switch
        {
            Tier.Proposed => new Findings(),
            Tier.Underdetermined => new Findings { Behaviour = new(One(1), One(2.5), "logit difference") },
            _ => new Findings { Necessity = new(Sample.Estimate(0.1, 0.01), Sample.Estimate(-0.1, 0.01), []) },
        };
        string page = DossierPage.Render((Bare() with { Claim = Sample.Claim(findings) }).Settled());
        Assert.Contains($"<strong>{tier.Text()}</strong>", page, StringComparison.Ordinal);
        AssertBalanced(page);

        static Estimate One(double value) => new(value, value, value, 1, Bootstrap.Method, 1);
    }

    [Fact]
    public void Unbounded_numbers_can_be_drawn()
    {
        Estimate unbounded = new(0, -Estimate.Limit, Estimate.Limit, 50, Bootstrap.Method, 1);
        Sufficiency sufficiency = new(unbounded, [-Estimate.Limit, 0, 1], HeldOut: true);
        Claim claim = Sample.Claim(Sample.Findings with { Sufficiency = sufficiency });
        string page = DossierPage.Render(Sample.Dossier with { Claim = claim });
        Assert.Contains("0 [−∞, ∞]", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    static Dossier Bare() => Sample.Dossier with
    {
        Examples = [],
        FaithfulnessCurve = [],
        Heatmaps = [],
        Interventions = [],
        Circuit = new DossierCircuit(2, 2, 20, [], []),
    };

    static Dossier Hostiled()
    {
        Dossier plain = Sample.Dossier;
        Coverage coverage = new()
        {
            ModelName = Hostile,
            ModelVersion = Hostile,
            ModelSize = Hostile,
            Site = Hostile,
            Prompts = Hostile,
            Method = Hostile,
            SparseCoder = Hostile,
            Graph = Hostile,
            Intervention = Hostile,
            Metric = Hostile,
            NotTested = [Hostile],
            KeepsBehaviour = Hostile,
            Access = Hostile,
            LookAgain = Hostile,
        };
        Estimate estimate = Sample.Estimate(0.9, 0.05);
        Findings evidence = Sample.Findings with
        {
            Behaviour = new(estimate, estimate, Hostile),
            Completeness = new(estimate, [new(Hostile, 0.1)], HeldOut: true),
            Minimality = new([new(Hostile, estimate)], HeldOut: true),
            Prediction = new(Hostile, estimate, estimate),
            Robustness = new([new(Hostile, estimate)]),
            IndependentMethods = new([new(Hostile, 0.9, 0.1, estimate)]),
            Generality = new([new(Hostile, FamilyKind.Adversarial, estimate)]),
            RunAgain = new(Hostile, Hostile, Hostile),
        };
        AskedPair pair = new(Hostile, Hostile, Hostile, Hostile);
        Heatmap map = new(Hostile, Hostile, Hostile, Hostile, Hostile, [Hostile], [Hostile], [[0.7]]);
        return plain with
        {
            Claim = new Claim(Hostile, evidence, coverage),
            Request = plain.Request with
            {
                Command = Hostile,
                ModelFolder = Hostile,
                Pair = pair,
                Options = [new(Hostile, Hostile)],
            },
            Identities = plain.Identities with { Hooke = Hostile },
            Examples = [new(Hostile, Hostile, Hostile, Hostile, 1, -1, [new(Hostile, 0.5)])],
            Circuit = plain.Circuit with
            {
                Nodes = [.. plain.Circuit.Nodes.Select(node => node with { Role = Hostile })],
            },
            Heatmaps = [map],
            Interventions = [new(Hostile, Hostile, Hostile, 1, 0, estimate, estimate)],
            Notes = [Hostile],
        };
    }

    // A page is a text of tags; outside of them, and inside of quotes, no "<" may stand.
    static void AssertBalanced(string page)
    {
        string body = Regex.Replace(page, "<(style|script)>.*?</\\1>", "<$1></$1>", RegexOptions.Singleline);
        Stack<string> open = new();
        foreach (Match tag in AnyTag().Matches(body))
        {
            Assert.True(tag.Groups["whole"].Success, $"not a tag: {tag.Value}");
            string name = tag.Groups["name"].Value;
            if (tag.Groups["end"].Length > 0)
                Assert.Equal(open.Pop(), name);
            else if (tag.Groups["self"].Length == 0 && name is not ("meta" or "!doctype"))
                open.Push(name);
        }
        Assert.Empty(open);
    }

    static string Tags(string page) => string.Join('\n', AnyTag().Matches(page).Select(tag => tag.Value));

    [GeneratedRegex("""<(?<whole>(?<end>/?)(?<name>[a-z0-9!]+)(\s+[a-zA-Z0-9-]+(="[^"<>]*")?)*\s*(?<self>/?)>)|<""")]
    private static partial Regex AnyTag();
}
