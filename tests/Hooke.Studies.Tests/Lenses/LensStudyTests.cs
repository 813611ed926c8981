using System.Text.RegularExpressions;
using Hooke.Circuits;
using Hooke.Models;
using Hooke.Tensors;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

public sealed class LensStudyTests : IDisposable
{
    static readonly string Shipped = Path.Combine(Fixtures.Root, "models", "tinyworld");

    readonly string _folder = Directory.CreateTempSubdirectory("hooke-lens-").FullName;
    readonly Model _model = Model.Load(Shipped);

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_worlds_text_is_what_the_model_was_trained_on_and_what_it_was_not()
    {
        LensText text = LensText.OfWorld(Shipped, _model);
        World world = TinyworldFolder.LoadWorld(Shipped);
        TinyworldSettings settings = TinyworldFolder.ReadRecord(Shipped).Settings;
        Assert.Equal((2_000, 200), (text.Training.Count, text.HeldOut.Count));
        Assert.Equal(_model.Tokenizer.Encode(world.Document(settings.Seed, 5)), text.Training[5]);
        Assert.Equal(
            _model.Tokenizer.Encode(world.Document(settings.Seed, ((long)settings.Steps * settings.Documents) + 3)),
            text.HeldOut[3]);
    }

    [Fact]
    public void Of_a_file_every_tenth_line_is_kept_apart_a_repeated_line_counts_once_and_a_long_one_is_cut()
    {
        string path = Path.Combine(_folder, "text");
        string[] lines = [.. Enumerable.Range(1, 19).Select(n => string.Join(' ', Enumerable.Repeat("the", n))),
            string.Join(' ', Enumerable.Repeat("capital", 100))];
        File.WriteAllLines(path, [.. lines, "", .. lines]);
        LensText text = LensText.OfFile(path, _model);
        Assert.Equal([11, 64, 37], text.HeldOut.Select(prompt => prompt.Length)); // with the token that begins a prompt
        Assert.Equal(18, text.Training.Count);
        Assert.Equal(112, text.HeldOutTokens);
        File.WriteAllText(path, "the capital\n");
        Assert.Throws<InputException>(() => LensText.OfFile(path, _model));
        Assert.Throws<InputException>(() => LensText.OfFile(_folder, _model));
    }

    [Fact]
    public void A_page_shows_every_cell_with_its_text_escaped_and_reached_by_keyboard()
    {
        IReadOnlyList<LensDepth> depths = Lens.Read(_model, [0, 4, 5], new LensRequest { Top = 2 });
        string page = LensPage.Of("<lens>", ["<bos>", " a&b", "\n"], depths, token => $"<{token}>");
        Assert.DoesNotContain("<lens>", page, StringComparison.Ordinal);
        Assert.Contains("·a&amp;b", page, StringComparison.Ordinal);
        Assert.Equal(depths.Count * 3, Regex.Count(page, "<td tabindex=\"0\" class=\"shade-\\d+\" aria-label=\""));
        Assert.Equal(depths.Count * 3, Regex.Count(page, "class=\"detail\""));
        Assert.True(page.IndexOf("3.resid_post", StringComparison.Ordinal) < page.IndexOf("0.resid_pre", StringComparison.Ordinal));
    }

    [Fact]
    public void The_identity_of_a_model_changes_with_its_weights_and_its_config()
    {
        foreach (string file in new[] { "config.json", "model.safetensors" })
            File.Copy(Path.Combine(Shipped, file), Path.Combine(_folder, file));
        string same = TunedLensStudy.IdentityOf(_folder);
        Assert.Equal(TunedLensStudy.IdentityOf(Shipped), same);
        File.AppendAllText(Path.Combine(_folder, "config.json"), "\n");
        Assert.NotEqual(same, TunedLensStudy.IdentityOf(_folder));
    }
}
