using System.Text.Json;

namespace Hooke.Cli.Tests;

/// <summary>The commands on heads, on the shipped model, whose induction heads are known.</summary>
public class HeadsTests
{
    // A list said twice, as in training: what followed the words before is what comes next.
    const string Twice = "The teacher reads : pocket mortar rabbit flagon sulfur ribbon ; then again : pocket mortar rabbit flagon";

    [Theory]
    [InlineData("hooke heads circuit 2.0", "heads")]
    [InlineData("hooke heads circuit 2.0 --fold", "heads", "circuit")]
    [InlineData("hooke heads composition --by k", "heads", "composition")]
    public void Help_has_an_example_and_the_common_options(string example, params string[] command)
    {
        Outcome help = Hooke.Run([.. command, "--help"]);
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Contains(example, help.Out, StringComparison.Ordinal);
        Assert.All(["--json", "--model"], option => Assert.Contains(option, help.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void Induction_heads_and_a_previous_token_head_stand_out_with_their_intervals()
    {
        JsonElement scores = Hooke.Run("heads", "--json").Json;
        Assert.Equal((32, 1), (scores.GetProperty("n").GetInt32(), scores.GetProperty("seed").GetInt32()));
        Assert.Contains("bootstrap", scores.GetProperty("interval").GetString(), StringComparison.Ordinal);
        JsonElement[] heads = [.. scores.GetProperty("heads").EnumerateArray()];
        Assert.Equal(16, heads.Length);
        Assert.Equal("a0.h3", Strongest(heads, "previous")[0]);
        Assert.Equal(["a2.h0", "a2.h2", "a2.h3"], Strongest(heads, "induction").Take(3).Order());
        // The last of them lies clear of the median head: no interval touches the other.
        JsonElement[] ranked = [.. heads.OrderByDescending(head => Score(head, "induction", "value"))];
        Assert.True(Score(ranked[2], "induction", "low") > Score(ranked[8], "induction", "high"));
        Assert.All(heads, head => Assert.Equal(JsonValueKind.Null,
            head.GetProperty("scores").GetProperty("copying").GetProperty("low").ValueKind));
    }

    [Fact]
    public void On_a_list_said_twice_induction_heads_look_where_they_should()
    {
        string[] arguments = ["heads", "--kind", "induction", "--exclude-first", "--prompt", Twice];
        JsonElement scores = Hooke.Run([.. arguments, "--json"]).Json;
        JsonElement[] heads = [.. scores.GetProperty("heads").EnumerateArray()];
        Assert.Equal(1, scores.GetProperty("n").GetInt32());
        Assert.Equal("a2.h0", Strongest(heads, "induction")[0]);
        Assert.True(heads.Max(head => Score(head, "induction", "value")) > 0.4);
        Outcome table = Hooke.Run(arguments);
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Matches(@"induction +a2\.h0 0\.\d\d", table.Out);
    }

    [Fact]
    public void A_picture_has_a_heatmap_of_each_kind()
    {
        using TemporaryFolder folder = new();
        Outcome drawn = Hooke.Run("heads", "--sequences", "2", "--length", "5", "--bos", "-1", "--svg", folder["heads.svg"]);
        Assert.Equal((0, ""), (drawn.Code, drawn.Error));
        Assert.Contains("2 sequences of 5 random tokens said twice, seed 1", drawn.Out, StringComparison.Ordinal);
        string svg = File.ReadAllText(folder["heads.svg"]);
        Assert.All(["induction", "previous", "entropy", "copying"], kind => Assert.Contains(kind, svg, StringComparison.Ordinal));
        Assert.Equal([folder["heads.svg"]], Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void The_circuit_of_a_head_has_matrices_and_directions()
    {
        JsonElement circuit = Hooke.Run("heads", "circuit", "2.0", "--directions", "2", "--tokens", "4", "--json").Json;
        JsonElement[] matrices = [.. circuit.GetProperty("matrices").EnumerateArray()];
        Assert.Equal(["OV", "QK", "full OV", "full QK", "positional QK"], matrices.Select(m => m.GetProperty("name").GetString()));
        foreach (JsonElement matrix in matrices)
        {
            double[] values = [.. matrix.GetProperty("singular_values").EnumerateArray().Select(v => v.GetDouble())];
            Assert.Equal(matrix.GetProperty("norm").GetDouble(), Math.Sqrt(values.Sum(v => v * v)), 1e-9 * values[0]);
            double trace = matrix.GetProperty("eigenvalues").EnumerateArray().Sum(v => v[0].GetDouble());
            Assert.Equal(matrix.GetProperty("trace").GetDouble(), trace, 1e-8 * values[0]);
        }
        JsonElement[] directions = [.. circuit.GetProperty("directions").EnumerateArray()];
        Assert.Equal(8, directions.Length); // two signs of two directions of two matrices
        Assert.All(directions, direction => Assert.Equal(4, direction.GetProperty("from").GetArrayLength()));
        Outcome table = Hooke.Run("heads", "circuit", "a2.h0", "--fold-norms");
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Contains("a2.h0: norm gains and centring folded in", table.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Compositions_come_strongest_first_beside_random_weights()
    {
        JsonElement found = Hooke.Run("heads", "composition", "--by", "k", "--samples", "20", "--json").Json;
        JsonElement[] compositions = [.. found.GetProperty("compositions").EnumerateArray()];
        Assert.Equal(6 * 16, compositions.Length);
        double[] scores = [.. compositions.Select(c => c.GetProperty("score").GetDouble())];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(compositions, c => Assert.EndsWith("<k>", c.GetProperty("edge").GetString(), StringComparison.Ordinal));
        Assert.Equal(20, found.GetProperty("baseline").GetProperty("samples").GetInt32());
        Outcome table = Hooke.Run("heads", "composition", "--top", "3");
        Assert.Equal((0, ""), (table.Code, table.Error));
        Assert.Contains("Random Gaussian heads of the same shapes: mean 0.0883", table.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--kind", "--kind", "copier")]
    [InlineData("--measure", "--prompt", "The capital of", "--measure", "sum")]
    [InlineData("--prompt", "--measure", "abs")]
    [InlineData("--sequences", "--prompt", "The capital of", "--length", "3")]
    [InlineData("31", "--length", "40")]
    [InlineData("--bos 5000", "--bos", "5000")]
    [InlineData("--sequences 0", "--sequences", "0")]
    [InlineData("--top 0", "--top", "0")]
    [InlineData("no-such-folder", "--svg", "no-such-folder/heads.svg")]
    [InlineData("no-such-model", "--model", "no-such-model")]
    [InlineData("'2'", "circuit", "2")]
    [InlineData("'two.zero'", "circuit", "two.zero")]
    [InlineData("layers 0..3", "circuit", "9.0")]
    [InlineData("turns no queries", "circuit", "2.0", "--distance", "3")]
    [InlineData("--by w", "composition", "--by", "w")]
    public void What_cannot_be_used_is_refused_in_one_sentence(string words, params string[] arguments) =>
        Hooke.Run(["heads", .. arguments]).RefusedWith(words);

    static string[] Strongest(JsonElement[] heads, string kind) =>
        [.. heads.OrderByDescending(head => Score(head, kind, "value")).Select(head => head.GetProperty("head").GetString()!)];

    static double Score(JsonElement head, string kind, string what) =>
        head.GetProperty("scores").GetProperty(kind).GetProperty(what).GetDouble();
}
