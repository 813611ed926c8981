using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Hooke.Studies.Tests;

public sealed class FigurePageTests
{
    static readonly Heatmap Map = new(
        "heads", "blocks.{}.attn.hook_z", "Share <restored>.", "layer", "head", ["0", "1"], ["0", "1"], [[0, -0.4], [1, 0.2]]);

    static readonly LineChart Chart = new(
        "lens", "Logits & more.", "layer", "logit in nats", ["0", "1", "2"],
        [("<a>", [0, 1, 2]), ("b", [2, double.NaN, 1.9]), ("c", [0.5, 0.25, -1])]);

    [Fact]
    public void A_page_of_figures_needs_nothing_else_and_its_policy_allows_its_own_style_alone()
    {
        string page = FigurePage.Of("Where <it> happens", HeatmapFigure.Draw(Map, 1), LineFigure.Draw(Chart));
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Where &lt;it&gt; happens</h1>", page, StringComparison.Ordinal);
        string style = Regex.Match(page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"style-src 'sha256-{hash}'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Drawings_in_a_file_are_well_formed_and_stand_below_one_another()
    {
        Drawing map = HeatmapFigure.Drawing(Map, 1), lines = LineFigure.Drawing(Chart);
        XElement file = XElement.Parse(Drawing.File("both", map, lines));
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(svg + "svg", file.Name);
        string[] places = [.. file.Elements(svg + "g").Select(g => g.Attribute("transform")!.Value)];
        Assert.Equal(["translate(16 16)", $"translate(16 {map.Height + 32:0.##})"], places);
    }

    [Fact]
    public void A_line_leaves_out_what_is_not_there_and_names_do_not_overlap()
    {
        string drawn = LineFigure.Drawing(Chart).Markup.ToString();
        string[] points = [.. Regex.Matches(drawn, "points=\"([^\"]*)\"").Select(m => m.Groups[1].Value)];
        Assert.Equal([3, 2, 3], points.Select(p => p.Split(' ').Length));
        double[] names = [.. Regex.Matches(drawn, "line-name-. *\" x=\"[^\"]*\" y=\"([^\"]*)\"")
            .Select(m => double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(3, names.Length);
        Assert.All(names.Zip(names.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 16));
    }
}
