using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Hooke.Circuits;
using Hooke.Evidence;
using Hooke.Models;
using Hooke.Tensors;
using Spectre.Console;

namespace Hooke.Cli;

/// <summary><c>hooke heads circuit</c>: what one head's weights alone say.</summary>
static class HeadsCircuitCommand
{
    static readonly Argument<string> Head = new("head") { Description = "Layer and head, such as 2.0 or a2.h0, counted from 0" };

    static readonly Option<int> Directions = new("--directions")
    {
        Description = "How many of the largest singular values, with what their vectors read and write",
        DefaultValueFactory = _ => 3,
    };

    static readonly Option<int> Tokens = new("--tokens")
    {
        Description = "How many tokens for each end of a direction",
        DefaultValueFactory = _ => 6,
    };

    static readonly Option<int> Distance = new("--distance")
    {
        Description = "Of models with rotary positions: how far behind the query the key stands, for QK",
    };

    /// <summary>Whether norms are folded, shared with the command on composition.</summary>
    public static Option<bool> Fold { get; } = new("--fold-norms")
    {
        Description = "Fold the gains (and centring) of the norms before attention and unembedding into the matrices",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("circuit", """
            What one head's weights say: its QK matrix (where it looks) and its OV matrix (what it moves), as factored matrices.

            Examples:
              hooke heads circuit 2.0
              hooke heads circuit 2.0 --fold-norms --json
            """)
        {
            Head, Directions, Tokens, Distance, Fold,
        };
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult parsed)
    {
        (int directions, int tokens) = (Cli.Count(parsed, Directions, 10_000), Cli.Count(parsed, Tokens, 10_000));
        int distance = parsed.GetValue(Distance);
        Node head = ParseHead(parsed.GetValue(Head)!);
        using Model model = Model.Load(parsed.FolderOf(HeadsCommand.Folder));
        HeadCircuits circuits = new(model, parsed.GetValue(Fold));
        List<(string Name, string Product, FactoredMatrix Matrix)> all =
        [
            ("OV", "W_V·W_O", circuits.OV(head)), ("QK", "W_Q·W_Kᵀ", circuits.QK(head, distance)),
            ("full OV", "W_E·W_V·W_O·W_U", circuits.FullOV(head)),
            ("full QK", "W_E·W_Q·W_Kᵀ·W_Eᵀ", circuits.FullQK(head, distance)),
        ];
        if (model.Config.HasPositionTable)
            all.Add(("positional QK", "W_pos·W_Q·W_Kᵀ·W_posᵀ", circuits.PositionalQK(head)));
        var matrices = all.Select(m => Summary(m.Name, m.Product, m.Matrix)).ToArray();
        var ends = all.Where(m => m.Name.StartsWith("full", StringComparison.Ordinal))
            .SelectMany(m => Ends(model, m.Name, m.Matrix, directions, tokens)).ToArray();
        if (parsed.GetValue(Cli.Json))
            Output.Json(new
            {
                head = $"{head}",
                transform = circuits.Transform,
                distance,
                matrices,
                directions = ends,
            });
        else
            Print(circuits, head, distance, matrices, ends);
        return Cli.Done;
    }

    static void Print(HeadCircuits circuits, Node head, int distance, MatrixSummary[] matrices, Direction[] ends)
    {
        AnsiConsole.MarkupLineInterpolated($"{head}: {circuits.Transform}");
        if (circuits.Config.Positions == PositionKind.Rotary)
            AnsiConsole.MarkupLineInterpolated(
                $"Positions are rotary: QK is that of a key {distance} behind its query (--distance).");
        Output.Table(
            [
                "matrix", "product", "size", "norm", "largest singular values", "trace", "Σ Re λ / Σ |λ|",
                "eigenvalues with Re λ > 0",
            ],
            matrices.Select(m => (IReadOnlyList<string>)
            [
                m.Name, m.Product, $"{m.Rows} × {m.Columns}", Words.Number(m.Norm),
                string.Join(" ", m.SingularValues.Take(4).Select(Words.Number)), Words.Number(m.Trace),
                Words.Number(Math.Round(m.CopyingScore, 3)),
                $"{m.Eigenvalues.Count(v => v[0] > 0)} of {m.Eigenvalues.Length}",
            ]));
        Output.Table(["matrix", "σ", "from (OV: attended token; QK: query)", "to (OV: logits raised; QK: key)"],
            ends.Select(e => (IReadOnlyList<string>)
                [$"{e.Matrix} {e.Index}{e.Side}", Words.Number(e.Value), string.Join(" ", e.From), string.Join(" ", e.To)]));
    }

    // Layer and head as 2.0 or as a2.h0, the way tables print them.
    static Node ParseHead(string text)
    {
        string[] parts = text.StartsWith('a') ? text[1..].Split(".h") : text.Split('.');
        return parts.Length == 2 && Number(parts[0]) is int layer && Number(parts[1]) is int head
            ? new(ComponentKind.Head, layer, head)
            : throw new InputException($"'{text}' is not a head: write layer and head as 2.0 or a2.h0");
    }

    static int? Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    static MatrixSummary Summary(string name, string product, FactoredMatrix matrix)
    {
        IReadOnlyList<Complex> eigenvalues = matrix.Eigenvalues();
        return new(name, product, matrix.Rows, matrix.Columns, matrix.Norm(), matrix.Trace(), [.. matrix.SingularValues],
            [.. eigenvalues.Select(v => new[] { v.Real, v.Imaginary })], HeadCircuits.CopyingScore(eigenvalues));
    }

    // Both signs of a pair of singular vectors: the matrix takes +u to +v and −u to −v.
    static IEnumerable<Direction> Ends(Model model, string name, FactoredMatrix matrix, int count, int tokens)
    {
        (Matrix u, Matrix v) = matrix.SingularVectors();
        for (int i = 0; i < Math.Min(count, matrix.SingularValues.Count); i++)
        {
            (double[] from, double[] to) = (u.Column(i), v.Column(i));
            int sign = from.Max() >= -from.Min() ? 1 : -1;
            foreach (int side in new[] { sign, -sign })
                yield return new(name, i + 1, side == sign ? "+" : "−", matrix.SingularValues[i],
                    Largest(model, from, side, tokens), Largest(model, to, side, tokens));
        }
    }

    static string[] Largest(Model model, double[] vector, int side, int count) =>
        [.. Enumerable.Range(0, vector.Length).OrderByDescending(t => side * vector[t]).Take(count)
            .Select(t => model.HasTokenizer ? model.Tokenizer.TokenText(t) : $"{t}")];

    sealed record MatrixSummary(
        string Name, string Product, int Rows, int Columns, double Norm, double Trace, double[] SingularValues,
        double[][] Eigenvalues, double CopyingScore);

    sealed record Direction(string Matrix, int Index, string Side, double Value, string[] From, string[] To);
}
